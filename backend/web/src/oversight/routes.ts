import type { RouteRecordRaw } from 'vue-router'

export const oversightRoutes: RouteRecordRaw[] = [
  { path: '/desk/statistics', name: 'statistics', meta: { person: true }, component: () => import('./Statistics.vue') },
]
