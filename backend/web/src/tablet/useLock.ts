/** The tablet locks after 60 s without a touch. Locking needs no line. */
import { computed, onScopeDispose, ref } from 'vue'
import { useSession } from '@/stores/session'

const AFTER_S = 60
const TOUCHES = ['pointerdown', 'keydown', 'wheel'] as const

const lastTouch = ref(Date.now())
const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

function touched(): void {
  lastTouch.value = now.value = Date.now()
}

function begin(lock: () => void): void {
  touched()
  for (const event of TOUCHES) window.addEventListener(event, touched, { passive: true, capture: true })
  timer = setInterval(() => {
    now.value = Date.now()
    if (now.value - lastTouch.value >= AFTER_S * 1000) lock()
  }, 1000)
}

function end(): void {
  for (const event of TOUCHES) window.removeEventListener(event, touched, { capture: true })
  clearInterval(timer)
}

/** In every page of the tablet: `secondsLeft` for the bar, `lock` for its button. */
export function useLock() {
  const session = useSession()
  const lock = (): void => {
    if (session.onDevice && session.me) void session.leave()
  }
  if (users++ === 0) begin(lock)
  onScopeDispose(() => {
    if (--users === 0) end()
  })
  const secondsLeft = computed(() => Math.max(0, AFTER_S - Math.floor((now.value - lastTouch.value) / 1000)))
  return { secondsLeft, lock }
}
