/** The incidents that this person may see, in the order in which they matter to them; live. */
import { computed, onScopeDispose, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { IncidentSummary } from '@/api/types'
import { useHeard } from '@/stores/heard'
import { useSession } from '@/stores/session'

const LIVE = 'open,acknowledged,contained'
const OVER = 'closed,cancelled'
const MOST = 100
const RECENT = 5
const SETTLE_MS = 400

export function useDuty() {
  const session = useSession()
  const live = shallowRef<readonly IncidentSummary[]>([])
  const recent = shallowRef<readonly IncidentSummary[]>([])
  const more = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  const loading = shallowRef(false)
  const ready = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function load(): Promise<void> {
    const turn = ++asked
    loading.value = true
    try {
      const read = (status: string, limit: number) =>
        ask(api.GET('/api/v1/incidents', { params: { query: { status, limit } } }))
      const [now, over] = await Promise.all([read(LIVE, MOST), read(OVER, RECENT)])
      if (turn !== asked) return
      live.value = now.items
      more.value = now.next_cursor !== null
      recent.value = over.items
      ready.value = true
      problem.value = null
    } catch (error) {
      if (turn === asked) problem.value = asProblem(error)
    } finally {
      if (turn === asked) loading.value = false
    }
  }

  /** Changes come in swarms: they are read together. */
  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void load()
    }, SETTLE_MS)
  }
  useHeard('incident', soon)
  useHeard('resync', soon)
  useHeard('connected', soon)
  onScopeDispose(() => {
    clearTimeout(timer)
    asked += 1
  })
  void load()

  const isMine = (each: IncidentSummary) => each.in_charge?.id === session.me?.id
  const byDeadline = (a: IncidentSummary, b: IncidentSummary) =>
    (a.next_deadline?.at ?? '9').localeCompare(b.next_deadline?.at ?? '9')
  return {
    mine: computed(() => live.value.filter(isMine).sort(byDeadline)),
    unclaimed: computed(() => live.value.filter((each) => each.status === 'open' && !isMine(each)).sort(byDeadline)),
    others: computed(() => live.value.filter((each) => each.status !== 'open' && !isMine(each)).sort(byDeadline)),
    recent,
    more,
    problem,
    loading,
    ready,
    load,
  }
}
