/** Something that is saved on a server and answered at once: whether it is on the way, and what went wrong. */
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problems'

export function useSaving() {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)

  /** Whether it was saved; what went wrong stays to be shown. */
  async function save(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await work()
      return true
    } catch (error) {
      problem.value = asProblem(error)
      return false
    } finally {
      busy.value = false
    }
  }
  const errorOf = (field: string): string | undefined => problem.value?.errors.find((error) => error.field.startsWith(field))?.detail

  return { busy, problem, save, errorOf }
}
