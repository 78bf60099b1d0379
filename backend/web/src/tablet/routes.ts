import type { RouteRecordRaw } from 'vue-router'

const mine = { area: 'tablet', person: true } as const

/** The counter's tablet. `person: true` for whatever a locked tablet must not show. */
export const tabletRoutes: RouteRecordRaw[] = [
  { path: '/counter', name: 'counter', meta: { area: 'tablet' }, component: () => import('./Home.vue') },
  { path: '/counter/notes', name: 'counter-notes', meta: mine, component: () => import('./Notes.vue') },
  { path: '/counter/scripts', name: 'counter-scripts', meta: mine, component: () => import('./Scripts.vue') },
  { path: '/counter/forms', name: 'counter-forms', meta: mine, component: () => import('./Forms.vue') },
  { path: '/counter/mine', name: 'counter-mine', meta: mine, component: () => import('./Mine.vue') },
  {
    path: '/counter/incidents/:id',
    name: 'counter-incident',
    meta: mine,
    props: true,
    component: () => import('./Incident.vue'),
  },
]
