/** The press of the button on a notice, kept by the service worker for the page that opens (src/sw.push.js). */
const PRESSED = 'pressed-notice'
const STILL_MEANT_MS = 10 * 60_000

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
