import type { RouteRecordRaw } from 'vue-router'

export const phoneRoutes: RouteRecordRaw[] = [
  { path: '/duty', name: 'duty', meta: { area: 'phone', person: true }, component: () => import('./Home.vue') },
]
