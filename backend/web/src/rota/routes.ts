import type { RouteRecordRaw } from 'vue-router'

export const rotaRoutes: RouteRecordRaw[] = [
  { path: '/desk/rota', name: 'rota', meta: { person: true }, component: () => import('./Rota.vue') },
  { path: '/desk/absences', name: 'absences', meta: { person: true }, component: () => import('./Absences.vue') },
  { path: '/desk/readiness', name: 'readiness', meta: { person: true }, component: () => import('./Readiness.vue') },
]
