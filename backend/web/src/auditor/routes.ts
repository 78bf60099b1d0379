import type { RouteRecordRaw } from 'vue-router'

/** The list is the auditor's home; others have the same list at /incidents. */
export const auditorRoutes: RouteRecordRaw[] = [
  { path: '/audit', name: 'audit', meta: { area: 'auditor', person: true }, component: () => import('../list/List.vue') },
  { path: '/incidents', name: 'incidents', meta: { person: true }, component: () => import('../list/List.vue') },
  { path: '/audit/file', name: 'check-file', meta: { person: true }, component: () => import('./FileCheck.vue') },
  {
    path: '/audit/:id',
    name: 'timeline',
    meta: { person: true },
    props: true,
    component: () => import('./Timeline.vue'),
  },
]
