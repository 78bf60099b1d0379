import type { RouteRecordRaw } from 'vue-router'

export const boardRoutes: RouteRecordRaw[] = [
  { path: '/desk/board', name: 'board', meta: { person: true }, component: () => import('./Board.vue') },
  { path: '/desk/wall', name: 'wall', meta: { person: true }, component: () => import('./Wall.vue') },
]
