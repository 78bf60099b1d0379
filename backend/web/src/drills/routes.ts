import type { RouteRecordRaw } from 'vue-router'

export const drillRoutes: RouteRecordRaw[] = [
  { path: '/desk/drills', name: 'drills', meta: { person: true }, component: () => import('./Drills.vue') },
  { path: '/desk/drills/scenarios', name: 'scenarios', meta: { person: true }, component: () => import('./Scenarios.vue') },
  { path: '/desk/drills/passes', name: 'passes', meta: { person: true }, component: () => import('./Passes.vue') },
  { path: '/desk/drills/:id', name: 'drill', meta: { person: true }, component: () => import('./Drill.vue'), props: true },
]
