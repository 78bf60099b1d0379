/** A list of the server's, page by page. */
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problems'

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export function usePages<T>(read: (cursor: string | null) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const ready = ref(false)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)

  async function get(cursor: string | null): Promise<void> {
    loading.value = true
    try {
      const page = await read(cursor)
      items.value = cursor === null ? page.items : [...items.value, ...page.items]
      next.value = page.next_cursor
      problem.value = null
      ready.value = true
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  const load = (): Promise<void> => get(null)
  const more = (): Promise<void> => (next.value ? get(next.value) : Promise.resolve())
  void load()
  return { items, next, ready, loading, problem, load, more }
}
