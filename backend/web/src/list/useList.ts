/** The incidents that fit, page by page, and live: what changes is read again in its place. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { IncidentSummary } from '@/api/types'
import { useHeard } from '@/stores/heard'
import { timeZone } from '@/ui/time'
import { toQuery, type Filters } from './filters'

const PAGE = 50
const MOST = 200
const SETTLE_MS = 400
const TINTED_MS = 2000

export function useList(filters: Ref<Filters>) {
  const items = shallowRef<IncidentSummary[]>([])
  const next = ref<string | null>(null)
  const ready = ref(false)
  const loading = ref(false)
  const loadingMore = ref(false)
  const problem = shallowRef<Problem | null>(null)
  /** Came in while somebody was looking. */
  const fresh = shallowRef<ReadonlySet<string>>(new Set())

  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let tinted: ReturnType<typeof setTimeout> | undefined

  const page = (limit: number, cursor?: string) => {
    const query = { ...toQuery(filters.value, timeZone.value), limit, ...(cursor ? { cursor } : {}) }
    return ask(api.GET('/api/v1/incidents', { params: { query } }))
  }

  async function load(): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    try {
      const found = await page(PAGE)
      if (mine !== turn) return
      items.value = found.items
      next.value = found.next_cursor
      problem.value = null
      ready.value = true
    } catch (error) {
      if (mine !== turn) return
      problem.value = asProblem(error)
      if (problem.value.kind !== 'offline') ready.value = false
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  async function more(): Promise<void> {
    if (!next.value || loadingMore.value) return
    const mine = turn
    loadingMore.value = true
    try {
      const found = await page(PAGE, next.value)
      if (mine !== turn) return
      const known = new Set(items.value.map((item) => item.id))
      items.value = [...items.value, ...found.items.filter((item) => !known.has(item.id))]
      next.value = found.next_cursor
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      loadingMore.value = false
    }
  }

  /** What is on the screen again, without moving what somebody looks at. */
  async function refresh(): Promise<void> {
    if (!ready.value || loading.value) return load()
    const mine = turn
    try {
      const found = await page(Math.min(MOST, Math.max(PAGE, items.value.length)))
      if (mine !== turn) return
      const known = new Set(items.value.map((item) => item.id))
      const last = found.items.at(-1)
      const whole = !found.next_cursor || items.value.length <= found.items.length
      const older = whole || !last ? [] : items.value.filter((item) => isOlder(item, last))
      tint(found.items.filter((item) => !known.has(item.id)).map((item) => item.id))
      items.value = [...found.items, ...older]
      if (!older.length) next.value = found.next_cursor
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    }
  }

  function tint(ids: string[]): void {
    if (!ids.length) return
    clearTimeout(tinted)
    fresh.value = new Set(ids)
    tinted = setTimeout(() => (fresh.value = new Set()), TINTED_MS)
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), SETTLE_MS)
  }

  watch(() => JSON.stringify(filters.value), () => void load(), { immediate: true })
  useHeard('incident', soon)
  useHeard('resync', soon)
  useHeard('connected', soon)
  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
    clearTimeout(tinted)
  })
  return { items, next, ready, loading, loadingMore, problem, fresh, load, more }
}

const isOlder = (item: IncidentSummary, last: IncidentSummary): boolean =>
  item.opened_at < last.opened_at || (item.opened_at === last.opened_at && item.id < last.id)
