import type { RouteRecordRaw } from 'vue-router'

export const meRoutes: RouteRecordRaw[] = [
  { path: '/me/channels', name: 'channels', meta: { person: true }, component: () => import('./Channels.vue') },
]
