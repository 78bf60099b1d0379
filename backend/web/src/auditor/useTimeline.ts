/** All events of an incident, read in parts of at most a thousand, and live from then on. */
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import { useHeard } from '@/stores/heard'
import type { SealedText, SigningDevice, TimelineEvent, TimelineHead } from './types'

const SEALED_SOON_MS = 1500
const ATTEMPTS = 4

export function useTimeline(id: MaybeRefOrGetter<string>) {
  const events = shallowRef<TimelineEvent[]>([])
  const sealed = shallowRef<Record<string, SealedText>>({})
  const devices = shallowRef<Record<string, SigningDevice>>({})
  const head = shallowRef<TimelineHead | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const complete = computed(() => head.value !== null && events.value.length >= head.value.seq)

  let turn = 0
  let again = false
  let attempts = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** From the first event that has no place in the log yet, or from the end. */
  async function read(): Promise<void> {
    if (loading.value) {
      again = true
      return
    }
    const mine = turn
    loading.value = true
    try {
      do {
        again = false
        const open = events.value.findIndex((event) => event.position === null)
        await readFrom(open < 0 ? events.value.length : open, mine)
      } while (again && mine === turn)
      if (mine === turn) problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) {
        loading.value = false
        lookAgain()
      }
    }
  }

  async function readFrom(start: number, mine: number): Promise<void> {
    const path = { incident_id: toValue(id) }
    for (let after = start; ; ) {
      const part = await ask(api.GET('/api/v1/incidents/{incident_id}/timeline', { params: { path, query: { after } } }))
      if (mine !== turn) return
      events.value = [...events.value.slice(0, after), ...part.events]
      sealed.value = { ...sealed.value, ...part.sealed }
      devices.value = { ...devices.value, ...part.devices }
      head.value = part.head
      after += part.events.length
      if (!part.events.length || after >= part.head.seq) return
    }
  }

  /** The newest events get their place in the log within a second. */
  function lookAgain(): void {
    clearTimeout(timer)
    const open = events.value.some((event) => event.position === null)
    attempts = open ? attempts + 1 : 0
    if (open && attempts <= ATTEMPTS) timer = setTimeout(() => void read(), SEALED_SOON_MS)
  }

  function start(): void {
    turn += 1
    events.value = []
    sealed.value = {}
    devices.value = {}
    head.value = null
    problem.value = null
    loading.value = false
    void read()
  }

  const isOurs = (other: string): boolean => other === toValue(id) || other === events.value[0]?.incident_id
  useHeard('incident', (change) => {
    if (isOurs(change.incident_id) && change.revision > (head.value?.seq ?? 0)) void read()
  })
  useHeard('resync', () => void read())
  useHeard('connected', () => void read())
  watch(() => toValue(id), start, { immediate: true })
  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
  })

  return { events, sealed, devices, head, complete, problem, loading, read }
}
