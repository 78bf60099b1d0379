/** An incident as it looks with what this device has done and not sent yet: the tick fills at once. */
import type { Incident, Person, Playbook, Step } from '@/api/types'
import type { CommandData, Kept } from '@/offline/kept'
import { textOf } from '@/offline/kept'

/** `sending`: the hollow clock beside what the server has not answered yet. */
export type ShownStep = Step & { sending?: boolean }
export interface ShownNote {
  seq: number
  text: string
  at: string
}
export type Shown = Omit<Incident, 'steps'> & {
  steps: ShownStep[]
  /** Facts, notes and the rest that are on the way. */
  sendingFacts: string[]
  sendingNotes: ShownNote[]
  /** Raised here and not answered yet: number and alerts are still to come. */
  draft: boolean
  sending: boolean
}

export function overlay(incident: Incident, kept: readonly Kept[], me: Person | null, draft = false): Shown {
  const shown: Shown = {
    ...incident,
    facts: { ...incident.facts },
    steps: incident.steps.map((step) => ({ ...step })),
    sendingFacts: [],
    sendingNotes: [],
    draft,
    sending: kept.length > 0,
  }
  for (const each of kept) apply(shown, each, me)
  return shown
}

function apply(shown: Shown, kept: Kept, me: Person | null): void {
  const at = kept.occurred.device_at
  const step = shown.steps.find((each) => each.id === kept.data.step)
  switch (kept.command) {
    case 'complete-step':
      if (step) Object.assign(step, { state: 'done', done_at: at, done_by: me, sending: true })
      break
    case 'skip-step':
      if (step) Object.assign(step, { state: 'skipped', sending: true })
      break
    case 'reopen-step':
      if (step) Object.assign(step, { state: 'ready', done_at: null, done_by: null, sending: true })
      break
    case 'record-facts':
      addFacts(shown, kept)
      break
    case 'add-note':
      shown.sendingNotes.push({ seq: kept.seq, text: textOf(kept, 'text') ?? '', at })
      break
    case 'acknowledge':
      if (shown.status === 'open') Object.assign(shown, { status: 'acknowledged', in_charge: me, acknowledged_at: at })
      break
    case 'contain':
      Object.assign(shown, { status: 'contained', contained_at: at })
      break
    case 'cancel':
      Object.assign(shown, { status: 'cancelled' })
      break
    default:
      break // whatever else is on the way shows by `sending`
  }
}

function addFacts(shown: Shown, kept: Kept): void {
  const facts = kept.data.facts as CommandData
  for (const [name, value] of Object.entries(facts)) {
    shown.facts[name] = textOf({ ...kept, data: facts }, name) ?? value
    shown.sendingFacts.push(name)
  }
}

/** What a raise looks like before the server has answered: the playbook's checklist. */
export function draftOf(
  raised: Kept,
  book: Playbook,
  branch: { id: string; name: string },
  me: Person | null,
): Incident {
  const at = raised.occurred.device_at
  const due = (seconds: number | null) =>
    seconds === null ? null : new Date(Date.parse(at) + seconds * 1000).toISOString()
  const steps = book.steps.map(({ due: seconds, completed_by_raising: done, ...step }): Step => ({
    ...step,
    state: done ? 'done' : step.gate && !step.gate.open ? 'locked' : 'ready',
    late: false,
    due_at: due(seconds),
    done_at: done ? at : null,
    done_by: done ? me : null,
  }))
  return {
    id: raised.incident!,
    number: '',
    type: book.id,
    title: book.title,
    severity: book.severity as Incident['severity'],
    discreet: book.discreet,
    drill: raised.data.drill === true,
    revision: 0,
    status: 'open',
    branch,
    reported_by: [{ at }],
    in_charge: null,
    eta_minutes: null,
    opened_at: at,
    acknowledged_at: null,
    contained_at: null,
    closed_at: null,
    facts: (raised.data.facts as Incident['facts'] | undefined) ?? {},
    flags: [],
    playbooks: [{ id: book.id, version: book.version }],
    steps,
    alerts: [],
    informed: [],
    clocks: [],
    next_deadline: null,
    suggestions: [],
    promises: [],
    representatives: [],
    stays: [],
    press_statements: [],
    statements: [],
    statement_drafts: [],
    follow_ups: [],
    review: null,
    customer: null,
  }
}
