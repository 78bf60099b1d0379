import type { RouteRecordRaw } from 'vue-router'

export const dealingRoutes: RouteRecordRaw[] = [
  { path: '/papers/:id/record', name: 'record-paper', meta: { person: true }, props: true, component: () => import('./RecordPaper.vue') },
  { path: '/papers/:id/statement', name: 'statement', meta: { person: true }, props: true, component: () => import('./StatementPage.vue') },
]
