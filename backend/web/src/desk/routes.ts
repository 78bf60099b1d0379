import type { RouteRecordRaw } from 'vue-router'

export const deskRoutes: RouteRecordRaw[] = [
  { path: '/desk', name: 'desk', meta: { area: 'desk', person: true }, component: () => import('./Home.vue') },
  { path: '/desk/staff', name: 'staff', meta: { person: true }, component: () => import('./Staff.vue') },
  { path: '/desk/devices', name: 'devices', meta: { person: true }, component: () => import('./Devices.vue') },
  { path: '/desk/orgs', name: 'orgs', meta: { person: true }, component: () => import('./Orgs.vue') },
]
