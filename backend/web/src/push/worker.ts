/** What the service worker and the page say to each other about a notice (src/sw.push.js). */
import { ref } from 'vue'
import type { Router } from 'vue-router'
import { soundOn } from '@/phone/sound'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'

const PRESSED = 'pressed-notice'
const STILL_MEANT_MS = 10 * 60_000

/** How often a notice has led here: the page it leads to may be open already. */
export const noticesOpened = ref(0)

interface Said {
  ask?: string
  open?: string
}

/** Answer whether this page rings by itself, and go where a notice leads. */
export function listenToWorker(router: Router): void {
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent<Said | null>) => {
    if (data?.ask === 'rings') ports[0]?.postMessage(rings())
    if (data?.open?.startsWith('/')) void router.push(data.open).then(() => noticesOpened.value++)
  })
  navigator.serviceWorker.startMessages()
}

function rings(): boolean {
  const session = useSession()
  return useLive().line === 'online' && soundOn.value && session.me !== null && !session.onDevice
}

/** Whether “I'm in charge” was pressed on this incident's notice a moment ago. It counts once. */
export async function wasPressed(incident: string): Promise<boolean> {
  if (!('caches' in window)) return false
  const kept = await caches.open(PRESSED)
  const found = await kept.match('/pressed')
  if (!found) return false
  const pressed = (await found.json()) as { incident: string; at: number }
  const meant = Date.now() - pressed.at < STILL_MEANT_MS
  if (pressed.incident === incident || !meant) await kept.delete('/pressed')
  return meant && pressed.incident === incident
}
