import type { RouteRecordRaw } from 'vue-router'

export const auditorRoutes: RouteRecordRaw[] = [
  { path: '/audit', name: 'audit', meta: { area: 'auditor', person: true }, component: () => import('./Home.vue') },
]
