import type { RouteRecordRaw } from 'vue-router'

export const libraryRoutes: RouteRecordRaw[] = [
  { path: '/desk/library', name: 'library', meta: { person: true }, component: () => import('./Library.vue') },
  { path: '/desk/library/:playbook/:version', name: 'version', meta: { person: true }, props: true, component: () => import('./Version.vue') },
]
