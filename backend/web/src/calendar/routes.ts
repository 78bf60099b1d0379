import type { RouteRecordRaw } from 'vue-router'

export const calendarRoutes: RouteRecordRaw[] = [
  { path: '/desk/rota/calendar', name: 'calendar', meta: { person: true }, component: () => import('./Calendar.vue') },
]
