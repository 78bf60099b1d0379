/** Routes by area; each area's pages come in chunks of their own. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession, type Area } from '@/stores/session'
import { afterRoutes } from './after/routes'
import { auditorRoutes } from './auditor/routes'
import { boardRoutes } from './board/routes'
import { calendarRoutes } from './calendar/routes'
import { customerRoutes } from './customers/routes'
import { dealingRoutes } from './dealings/routes'
import { deskRoutes } from './desk/routes'
import { drillRoutes } from './drills/routes'
import { libraryRoutes } from './library/routes'
import { meRoutes } from './me/routes'
import { oversightRoutes } from './oversight/routes'
import { phoneRoutes } from './phone/routes'
import { rotaRoutes } from './rota/routes'
import { tabletRoutes } from './tablet/routes'

declare module 'vue-router' {
  interface RouteMeta {
    /** Open without a person or a paired device. */
    open?: boolean
    /** Needs a signed-in person; a locked tablet goes to its lock screen. */
    person?: boolean
    area?: Area
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', redirect: () => useSession().home },
  { path: '/sign-in', name: 'sign-in', meta: { open: true }, component: () => import('./entry/SignIn.vue') },
  { path: '/pair', name: 'pair', meta: { open: true }, component: () => import('./entry/Pair.vue') },
  ...tabletRoutes,
  ...phoneRoutes,
  ...auditorRoutes,
  ...deskRoutes,
  ...afterRoutes,
  ...customerRoutes,
  ...libraryRoutes,
  ...dealingRoutes,
  ...meRoutes,
  ...rotaRoutes,
  ...calendarRoutes,
  ...oversightRoutes,
  ...boardRoutes,
  ...drillRoutes,
  ...(import.meta.env.DEV
    ? [{ path: '/gallery', meta: { open: true }, component: () => import('./ui/Gallery.vue') }]
    : []),
  { path: '/:rest(.*)*', name: 'not-found', meta: { open: true }, component: () => import('./entry/NotFound.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
})

router.beforeEach((to) => {
  const session = useSession()
  if (to.name === 'sign-in' && session.me) return session.home
  if (to.meta.open) return true
  if (!session.present) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  if (to.meta.person && session.locked) return { name: 'counter' }
  return true
})
