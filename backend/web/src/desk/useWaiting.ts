/** Steps that wait for this person's word: looked for in the open incidents that they may see. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { Incident, Step } from '@/api/types'
import { OPEN } from '@/list/filters'
import { useHeard } from '@/stores/heard'
import { useSession } from '@/stores/session'

export interface Waiting {
  incident: Incident
  step: Step
}

const MOST = 50
const AT_ONCE = 4
const SETTLE_MS = 800

export function useWaiting() {
  const session = useSession()
  const items = shallowRef<Waiting[]>([])
  const looked = ref(0)
  const all = ref(true)
  const ready = ref(false)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const known = new Map<string, Incident>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  async function load(): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    try {
      const page = await ask(api.GET('/api/v1/incidents', { params: { query: { status: OPEN, limit: MOST } } }))
      const old = page.items.filter((item) => known.get(item.id)?.revision !== item.revision).map((item) => item.id)
      for (let start = 0; start < old.length; start += AT_ONCE) {
        await Promise.all(old.slice(start, start + AT_ONCE).map(readOne))
        if (mine !== turn) return
      }
      const open = new Set(page.items.map((item) => item.id))
      for (const id of known.keys()) if (!open.has(id)) known.delete(id)
      items.value = [...known.values()].flatMap((incident) => waitingIn(incident, session.roles))
      looked.value = page.items.length
      all.value = page.next_cursor === null
      ready.value = true
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  async function readOne(id: string): Promise<void> {
    known.set(id, await ask(api.GET('/api/v1/incidents/{incident_id}', { params: { path: { incident_id: id } } })))
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), SETTLE_MS)
  }
  void load()
  useHeard('incident', soon)
  useHeard('resync', soon)
  useHeard('connected', soon)
  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
  })
  return { items, looked, all, ready, loading, problem, load }
}

function waitingIn(incident: Incident, roles: readonly string[]): Waiting[] {
  return incident.steps
    .filter((step) => step.state === 'locked' && step.gate?.clearance && roles.includes(step.gate.clearance))
    .map((step) => ({ incident, step }))
}
