// What the service worker does with a push (joined to sw.js by vite.plugins.ts): a neutral notice, once
// for each (alert, repeat), with the button that takes it up; then the receipt, which proves this way.
const SHOWN = 'shown-notices'
const PRESSED = 'pressed-notice'
const MOST_SHOWN = 100
/** A page that is open answers within this, or it is asleep and cannot ring. */
const ANSWER_MS = 400
const WORDS = {
  zh: { name: '柜铃', title: '内部提醒，请打开柜铃查看', take: '我来负责' },
  en: { name: 'Counterbell', title: 'Internal notice: open Counterbell', take: 'I’m in charge' },
}
const ID = /^[0-9a-f-]{36}$/

self.addEventListener('push', (event) => event.waitUntil(onPush(read(event.data))))
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data ?? {}, event.action === 'take'))
})
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew()))

function read(data) {
  try {
    return data?.json() ?? {}
  } catch {
    return {} // something came through all the same
  }
}

async function onPush(notice) {
  if (await isNew(notice)) await show(notice)
  await receipt(notice)
}

async function show(notice) {
  const language = /^en/i.test(navigator.language) ? 'en' : 'zh'
  const words = WORDS[language]
  const pages = await self.clients.matchAll({ type: 'window' })
  const rings = notice.kind !== 'test' && (await Promise.all(pages.map(willRing))).includes(true)
  if (rings && pages.some((page) => page.visibilityState === 'visible')) return
  const path = pathOf(notice)
  await self.registration.showNotification(words.name, {
    body: notice.title?.[language] ?? words.title,
    tag: keyOf(notice).split(':')[0] || 'counterbell',
    renotify: !rings,
    silent: rings,
    requireInteraction: notice.urgency === 'immediate',
    icon: '/icon-192.png',
    lang: language === 'zh' ? 'zh-CN' : 'en',
    data: { path, incident: path === '/' ? null : notice.incident_id },
    actions: notice.kind === 'alert' && path !== '/' ? [{ action: 'take', title: words.take }] : [],
    ...(rings ? {} : { vibrate: [400, 150, 400, 150, 600] }),
  })
}

/** The app itself sounds where it is open and awake: then the notice is silent. */
const willRing = (page) => asked(page, { ask: 'rings' })

function asked(page, what) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => resolve(data === true)
    setTimeout(resolve, ANSWER_MS, false)
    page.postMessage(what, [port2])
  })
}

const keyOf = ({ alert_id, test_id, repeat }) => (alert_id || test_id ? `${alert_id ?? test_id}:${repeat ?? 0}` : '')

async function isNew(notice) {
  const key = keyOf(notice)
  if (!key) return true
  const shown = await caches.open(SHOWN)
  const address = `/shown/${encodeURIComponent(key)}`
  if (await shown.match(address)) return false
  await shown.put(address, new Response(''))
  const all = await shown.keys()
  await Promise.all(all.slice(0, -MOST_SHOWN).map((old) => shown.delete(old)))
  return true
}

function pathOf({ kind, incident_id }) {
  if (kind === 'test') return '/me/channels'
  return typeof incident_id === 'string' && ID.test(incident_id) ? `/duty/incidents/${incident_id}` : '/'
}

/** Whoever is signed in or not: the endpoint is the proof. */
async function receipt({ alert_id, repeat, test_id }) {
  const subscription = await self.registration.pushManager.getSubscription()
  if (!subscription || !(alert_id || test_id)) return
  const what = alert_id ? { alert_id, repeat: repeat ?? 0 } : { test_id }
  await fetch('/api/v1/push/receipts', {
    method: 'POST',
    credentials: 'omit',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ endpoint: subscription.endpoint, ...what }),
  }).catch(() => undefined) // without a line it stays unproven
}

/** The button is kept for the page that opens, and never stands in an address, which anybody could send. */
async function open({ path = '/', incident = null }, take) {
  if (take && incident) {
    const pressed = await caches.open(PRESSED)
    await pressed.put('/pressed', new Response(JSON.stringify({ incident, at: Date.now() })))
  }
  const [page] = await self.clients.matchAll({ type: 'window' })
  const shown = await page?.focus().catch(() => null)
  if (!shown) await self.clients.openWindow(path)
  else if (!(await asked(page, { open: path }))) await page.navigate(path) // signed out, or asleep
}

/** The push service has given this browser another address. Signed out, the app tells the server later. */
async function renew() {
  const { key } = await (await fetch('/api/v1/push/key')).json()
  const fresh = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  await fetch('/api/v1/users/me/push-subscriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Counterbell': '1' },
    body: JSON.stringify(fresh),
  })
}
