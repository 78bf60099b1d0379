/** The branch's open incidents on this tablet: from the server, live; without a line what is kept here. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { Both, Incident, IncidentSummary, Severity, Status } from '@/api/types'
import { rightsOf } from '@/incident/rights'
import { deviceDb } from '@/offline/db'
import { useHeard } from '@/stores/heard'
import { useIncidents } from '@/stores/incidents'
import { overlay, type Shown, type ShownStep } from '@/stores/overlay'
import { usePlaybooks } from '@/stores/playbooks'
import { useQueue } from '@/stores/queue'
import { useSession } from '@/stores/session'

const MOST = 30
const SETTLED_MS = 500

export interface OpenItem {
  id: string
  number: string
  title: Both
  severity: Severity
  status: Status
  openedAt: string
  inCharge: string | null
  /** Raised here and not sent yet. */
  kept: boolean
}

export interface OpenForm {
  incident: Shown
  step: ShownStep
}

export function useOpenIncidents() {
  const session = useSession()
  const queue = useQueue()
  const books = usePlaybooks()
  const incidents = useIncidents()
  const list = shallowRef<IncidentSummary[]>([])
  /** Read from this device's disk, without a line. */
  const keptWhole = shallowRef(new Map<string, Incident>())
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(true)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const mineNow = ++asked
    const query = { status: 'open,acknowledged,contained', limit: MOST }
    const askedAt = Date.now()
    try {
      const { items } = await ask(api.GET('/api/v1/incidents', { params: { query } }))
      if (mineNow !== asked) return
      // A counter lists nothing discreet, also where its browser is no paired device.
      list.value = items.filter((each) => !each.discreet)
      problem.value = null
      if (items.length < MOST) void incidents.forgetAllBut(list.value.map((each) => each.id), askedAt)
    } catch (error) {
      if (mineNow !== asked) return
      problem.value = asProblem(error)
      if (!list.value.length) list.value = await keptHere()
    } finally {
      if (mineNow === asked) loading.value = false
    }
    await readWhole(mineNow)
  }

  async function keptHere(): Promise<IncidentSummary[]> {
    const kept = (await (await deviceDb()).getAll('incidents')).map((each) => each.incident)
    keptWhole.value = new Map(kept.map((each) => [each.id, each]))
    return [...keptWhole.value.values()].reverse()
  }

  /** The whole of each, for its forms; one after another and only what has changed, so that a tap never waits. */
  async function readWhole(mineNow: number): Promise<void> {
    for (const { id, revision } of list.value) {
      if (mineNow !== asked || problem.value) return
      const known = incidents.entry(id).incident
      if (!known || known.revision < revision) await incidents.load(id)
    }
  }

  /** Alerts come in bursts: one reading for each. */
  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), SETTLED_MS)
  }

  onScopeDispose(() => {
    asked += 1
    clearTimeout(timer)
  })
  void load()
  useHeard('incident', soon)
  useHeard('resync', soon)

  const isMine = (each: IncidentSummary): boolean =>
    each.in_charge?.id === session.me?.id ||
    each.reported_by.some(({ user, device }) => (user ? user.id === session.me?.id : device === session.device?.id))

  const drafts = computed<OpenItem[]>(() =>
    queue.kept.flatMap((kept) => {
      const book = kept.command === 'open' ? books.byId.get(String(kept.data.type)) : undefined
      const known = list.value.some((each) => each.id === kept.incident)
      const taken = queue.kept.some((each) => each.command === 'cancel' && each.incident === kept.incident)
      if (!book || known || taken) return []
      const severity = book.severity as Severity
      const openedAt = kept.occurred.device_at
      return [{ id: kept.incident!, number: '', title: book.title, severity, status: 'open', openedAt, inCharge: null, kept: true }]
    }),
  )
  const mine = computed<OpenItem[]>(() => [
    ...drafts.value,
    ...list.value.filter(isMine).map((each) => ({
      id: each.id,
      number: each.number,
      title: each.title,
      severity: each.severity,
      status: each.status,
      openedAt: each.opened_at,
      inCharge: each.in_charge?.name ?? null,
      kept: false,
    })),
  ])

  /** Steps of open incidents that have a form, for whoever owns them. */
  const forms = computed<OpenForm[]>(() =>
    list.value.flatMap(({ id }) => {
      const known = incidents.entry(id).incident ?? keptWhole.value.get(id)
      if (!known || known.discreet) return []
      const sending = queue.kept.filter((kept) => kept.incident === id && kept.command !== 'open')
      const shown = overlay(known, sending, session.me)
      const rights = rightsOf(shown, session.me)
      const open = (step: ShownStep): boolean =>
        step.record.length > 0 && step.state === 'ready' && rights.complete(step) && rights.roles.has(step.owner)
      return shown.steps.filter(open).map((step) => ({ incident: shown, step }))
    }),
  )

  return { mine, forms, problem, loading, load }
}
