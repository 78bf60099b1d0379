// Our service worker: keeps the built files, so that the app opens without a line.
// vite.plugins.ts puts the version and the list in. Data never goes through here.
const CACHE = 'counterbell-__VERSION__'
const FILES = ['__FILES__']
const SERVERS = /^\/(a|api|socket\.io|healthz|readyz|metrics)(\/|$)/

self.addEventListener('install', (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: 'reload' }))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)))
  self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('counterbell-') && name !== CACHE)
  const clean = caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
  event.waitUntil(clean.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin || SERVERS.test(url.pathname)) return
  const wanted = event.request.mode === 'navigate' ? '/' : event.request
  event.respondWith(caches.match(wanted, { ignoreVary: true }).then((kept) => kept ?? fetch(event.request)))
})
