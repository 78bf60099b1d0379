/** Several tabs of one browser have one voice between them, and a look in one is a look for all. */
import { onScopeDispose, ref } from 'vue'

const NAME = 'counterbell-voice'

export function useOneVoice(onHushed: () => void) {
  const mine = ref(typeof navigator.locks === 'undefined') // away from https there is nobody to ask
  const gone = new AbortController()
  let release: () => void = () => undefined
  if (!mine.value) {
    const held = () => {
      mine.value = true
      return new Promise<void>((resolve) => (release = resolve))
    }
    navigator.locks.request(NAME, { signal: gone.signal }, held).catch(() => undefined)
  }
  const channel = new BroadcastChannel(NAME)
  channel.addEventListener('message', onHushed)
  onScopeDispose(() => {
    gone.abort()
    release()
    channel.close()
  })
  return { mine, tellHushed: () => channel.postMessage('hushed') }
}
