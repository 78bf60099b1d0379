/** An incident's timeline for a page: read in parts, and again from its end whenever the incident changes. */
import { computed, onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'

type Timeline = components['schemas']['Timeline']
export type TimelineEvent = components['schemas']['Event']
export type OccurredAt = components['schemas']['OccurredAt']

export function useTimeline(id: MaybeRefOrGetter<string | null>, revision: MaybeRefOrGetter<number>) {
  const events = shallowRef<readonly TimelineEvent[]>([])
  const sealed = shallowRef<Timeline['sealed']>({})
  const problem = shallowRef<Problem | null>(null)
  let asked = 0
  onScopeDispose(() => (asked += 1))

  async function read(): Promise<void> {
    const incident = toValue(id)
    if (incident === null) return
    const mine = ++asked
    try {
      for (let more = true; more; ) {
        const after = events.value.at(-1)?.seq ?? 0
        const params = { path: { incident_id: incident }, query: { after } }
        const part = await ask(api.GET('/api/v1/incidents/{incident_id}/timeline', { params }))
        if (mine !== asked) return
        events.value = [...events.value, ...part.events]
        sealed.value = { ...sealed.value, ...part.sealed }
        more = part.events.length > 0 && (events.value.at(-1)?.seq ?? 0) < part.head.seq
      }
      problem.value = null
    } catch (error) {
      if (mine === asked) problem.value = asProblem(error)
    }
  }

  watch(
    () => [toValue(id), toValue(revision)] as const,
    ([now], before) => {
      if (before && before[0] !== now) events.value = []
      void read()
    },
    { immediate: true },
  )

  /** A text of the timeline; null where retention has removed it. */
  function textOf(value: unknown): string | null {
    if (typeof value === 'string') return value
    const hash = (value as { sealed?: string } | null | undefined)?.sealed
    return hash ? (sealed.value[hash]?.text ?? null) : null
  }

  /** When each step was completed, as honestly as it is known. */
  const completedAt = computed(() => {
    const found: Record<string, OccurredAt> = {}
    for (const event of events.value) {
      if (event.type === 'step.completed') found[String(event.data.step)] = event.occurred
    }
    return found
  })

  return { events, problem, completedAt, textOf, read }
}
