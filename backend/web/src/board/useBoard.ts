/** The board as it is now: read again when something happens, at most once a second, and twice a minute. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'
import { useHeard } from '@/stores/heard'
import { setServerTime } from '@/ui/time'

export type Board = components['schemas']['Board']
export type OpenIncident = Board['open'][number]
export type Due = NonNullable<OpenIncident['next']>

const AT_MOST_EVERY_MS = 1000
const EVERY_MS = 30_000

export function useBoard(org: Ref<string>, wall: boolean) {
  const board = shallowRef<Board | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let readAt = 0
  /** Another org chosen meanwhile: the newest question's answer counts. */
  let turn = 0
  let waiting: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    clearTimeout(waiting)
    waiting = undefined
    readAt = Date.now()
    loading.value = true
    const mine = (turn += 1)
    try {
      const query = { ...(org.value ? { org: org.value } : {}), ...(wall ? { wall: true } : {}) }
      const found = await ask(api.GET('/api/v1/board', { params: { query } }))
      if (mine !== turn) return
      setServerTime(found.at) // countdowns are right before the socket has said the time
      board.value = found
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  function soon(): void {
    waiting ??= setTimeout(() => void load(), Math.max(0, readAt + AT_MOST_EVERY_MS - Date.now()))
  }

  watch(org, () => void load(), { immediate: true })
  useHeard('incident', soon)
  useHeard('readiness', soon)
  useHeard('resync', soon)
  useHeard('connected', soon)
  const timer = setInterval(soon, EVERY_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    clearTimeout(waiting)
  })
  return { board, problem, loading, load }
}
