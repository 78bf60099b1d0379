/** A list of the server's, page by page. */
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problems'

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** Asked anew before the last answer is there: the newest counts. `taken`: hears of each that does. */
export function usePages<T, P extends Page<T> = Page<T>>(read: (cursor: string | null) => Promise<P>, taken?: (page: P) => void) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const ready = ref(false)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)

  let turn = 0

  async function get(cursor: string | null): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    try {
      const page = await read(cursor)
      if (mine !== turn) return
      taken?.(page)
      items.value = cursor === null ? page.items : [...items.value, ...page.items]
      next.value = page.next_cursor
      problem.value = null
      ready.value = true
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  const load = (): Promise<void> => get(null)
  const more = (): Promise<void> => (next.value && !loading.value ? get(next.value) : Promise.resolve())
  void load()
  return { items, next, ready, loading, problem, load, more }
}
