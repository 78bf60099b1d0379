import type { RouteRecordRaw } from 'vue-router'

export const afterRoutes: RouteRecordRaw[] = [
  { path: '/desk/after', name: 'calls', meta: { person: true }, component: () => import('./Calls.vue') },
  { path: '/desk/after/reviews', name: 'reviews', meta: { person: true }, component: () => import('./Reviews.vue') },
  { path: '/desk/after/objections', name: 'objections', meta: { person: true }, component: () => import('./Objections.vue') },
]
