import type { RouteRecordRaw } from 'vue-router'

/** The counter's tablet. `person: true` for whatever a locked tablet must not show. */
export const tabletRoutes: RouteRecordRaw[] = [
  { path: '/counter', name: 'counter', meta: { area: 'tablet' }, component: () => import('./Home.vue') },
  {
    path: '/counter/incidents/:id',
    name: 'counter-incident',
    meta: { area: 'tablet', person: true },
    props: true,
    component: () => import('./Incident.vue'),
  },
]
