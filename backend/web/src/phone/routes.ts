import type { RouteRecordRaw } from 'vue-router'

export const phoneRoutes: RouteRecordRaw[] = [
  { path: '/duty', name: 'duty', meta: { area: 'phone', person: true }, component: () => import('./Home.vue') },
  {
    path: '/duty/incidents/:id',
    name: 'duty-incident',
    meta: { area: 'phone', person: true },
    props: true,
    component: () => import('./Incident.vue'),
  },
]
