/** A command whose outcome must be known at its place: what was said no to, what waits for the line. */
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Problem } from '@/api/problems'
import { useLive } from '@/stores/live'
import { useQueue } from '@/stores/queue'
import type { CommandData, CommandName } from '@/offline/kept'

export function useDeed(incident: MaybeRefOrGetter<string>) {
  const queue = useQueue()
  const live = useLive()
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let here = true
  onScopeDispose(() => (here = false))
  watch(() => toValue(incident), () => (problem.value = null))

  /** True when the server has taken it, however long that took. */
  async function run(command: CommandName, data: CommandData = {}): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    const id = toValue(incident)
    const result = await queue.sendAndWait(command, id, data)
    busy.value = false
    if (result.outcome === 'applied' || result.outcome === 'repeated') return true
    if (!here) return false
    problem.value = result.problem ?? null
    // It is told here; it need not be told again among what was refused.
    const told = queue.unheeded.filter((each) => each.incident === id && each.command === command).at(-1)
    if (told) await queue.dismiss(told.seq)
    return false
  }

  /** It is kept on this phone and nobody else knows of it yet. */
  const waiting = computed(() => busy.value && live.line === 'offline')
  return { busy, waiting, problem, run, forget: () => (problem.value = null) }
}
