import type { RouteRecordRaw } from 'vue-router'

export const customerRoutes: RouteRecordRaw[] = [
  { path: '/desk/customers', name: 'customers', meta: { person: true }, component: () => import('./Customers.vue') },
  { path: '/desk/customers/:id', name: 'customer', meta: { person: true }, props: true, component: () => import('./Customer.vue') },
  { path: '/desk/suggestions', name: 'suggestions', meta: { person: true }, component: () => import('./Suggestions.vue') },
]
