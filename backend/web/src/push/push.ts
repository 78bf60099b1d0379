/** This browser's push: whether it can, is asked, is refused; switching it on by a touch, and off. */
import { api, ask } from '@/api/client'
import { dropValue, getValue, putValue } from '@/offline/db'

/** `unsupported`: this browser or address cannot. `blocked`: the browser's own setting says no. */
export type PushState = 'unsupported' | 'blocked' | 'off' | 'on'

export interface Push {
  state: PushState
  endpoint: string | null
}

const OWNER = 'pushOwner'

export async function lookAtPush(): Promise<Push> {
  const worker = await workerOf()
  if (!worker) return { state: 'unsupported', endpoint: null }
  if (Notification.permission === 'denied') return { state: 'blocked', endpoint: null }
  const subscription = await worker.pushManager.getSubscription()
  return { state: subscription ? 'on' : 'off', endpoint: subscription?.endpoint ?? null }
}

/** By a touch only: browsers refuse to ask otherwise. Throws ProblemError, or what the browser says. */
export async function switchOn(person: string): Promise<Push> {
  const worker = await workerOf()
  if (!worker) return { state: 'unsupported', endpoint: null }
  if ((await Notification.requestPermission()) !== 'granted') return lookAtPush()
  const { key } = await ask(api.GET('/api/v1/push/key'))
  const before = await worker.pushManager.getSubscription()
  const subscription = before ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
  await tell(subscription)
  await putValue(OWNER, person)
  return lookAtPush()
}

export async function switchOff(): Promise<void> {
  const subscription = await (await workerOf())?.pushManager.getSubscription()
  await dropValue(OWNER)
  if (!subscription) return
  await ask(api.DELETE('/api/v1/users/me/push-subscriptions', { body: { endpoint: subscription.endpoint } }))
  await subscription.unsubscribe()
}

/** They have signed out here: nothing of theirs comes to this browser any more, line or no line. */
export async function forgetPush(): Promise<void> {
  if (!(await getValue<string>(OWNER))) return
  await dropValue(OWNER)
  await (await (await workerOf())?.pushManager.getSubscription())?.unsubscribe()
}

/** Somebody is here: what the browser has is what the server knows. Another's subscription ends. */
export async function keepPush(person: string): Promise<void> {
  const owner = await getValue<string>(OWNER)
  if (!owner) return
  if (owner !== person) return forgetPush()
  const subscription = await (await workerOf())?.pushManager.getSubscription()
  if (!subscription) return
  const known = await ask(api.GET('/api/v1/users/me/channels'))
  if (!known.some(({ address }) => address === subscription.endpoint)) await tell(subscription)
}

async function tell(subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON()
  const { p256dh = '', auth = '' } = keys ?? {}
  await ask(api.POST('/api/v1/users/me/push-subscriptions', { body: { endpoint: endpoint ?? '', keys: { p256dh, auth } } }))
}

async function workerOf(): Promise<ServiceWorkerRegistration | null> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return null
  return (await navigator.serviceWorker.getRegistration()) ?? null
}
