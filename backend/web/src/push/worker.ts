/** What the service worker and the page say to each other about a notice (src/sw.push.js). */
import type { Router } from 'vue-router'
import { soundOn } from '@/phone/sound'
import { useAlerts } from '@/stores/alerts'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'

interface Said {
  ask?: string
  open?: string
}

/** Answer whether this page rings by itself, and go where a notice leads. The answer ends it. */
export function listenToWorker(router: Router): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined
  const heard = ({ data, ports }: MessageEvent<Said | null>) => {
    if (data?.ask === 'rings') ports[0]?.postMessage(rings())
    if (!data?.open?.startsWith('/')) return
    ports[0]?.postMessage(true)
    void router.push(data.open).then(() => useAlerts().opened++)
  }
  navigator.serviceWorker.addEventListener('message', heard)
  navigator.serviceWorker.startMessages()
  return () => navigator.serviceWorker.removeEventListener('message', heard)
}

function rings(): boolean {
  const session = useSession()
  return useLive().line === 'online' && soundOn.value && session.me !== null && !session.onDevice
}
