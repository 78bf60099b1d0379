import type { RouteRecordRaw } from 'vue-router'

export const deskRoutes: RouteRecordRaw[] = [
  { path: '/desk', name: 'desk', meta: { area: 'desk', person: true }, component: () => import('./Home.vue') },
]
