/** An event in the reader's words: its name, one line about it, and each part of its data. */
import type { Incident } from '@/api/types'
import { addTexts, listed, own, ownPart, t, tWord } from '@/i18n'
import type { Messages } from '@/i18n/schema'
import word from '@/i18n/zh/auditorWords'
import { choiceWord } from '@/incident/choiceWords'
import { fullTime } from '@/ui/time'
import { fileSize } from './fileSize'
import type { SealedText, TimelineEvent } from './types'

addTexts({ auditor: { word } as Messages['auditor'] })

export interface Context {
  incident: Incident | null
  sealed: Record<string, SealedText>
  /** Names of people by id, as far as the incident and its events tell them. */
  names: Map<string, string>
}

export interface Told {
  label: string
  value: string
  /** A typed text: it stands beside the event, not in it. */
  typed?: boolean
  purged?: boolean
}

type Data = Record<string, unknown>
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)
const sealOf = (value: unknown): string | null =>
  isData(value) && Object.keys(value).length === 1 && typeof value.sealed === 'string' ? value.sealed : null

export function namesOf(incident: Incident | null, events: TimelineEvent[]): Map<string, string> {
  const names = new Map<string, string>()
  const people = incident
    ? [...incident.alerts.flatMap((alert) => alert.recipients), ...incident.informed].map((each) => each.user)
    : []
  for (const person of [...people, incident?.in_charge]) if (person) names.set(person.id, person.name)
  for (const { actor } of events) if (actor.kind === 'user') names.set(actor.id, actor.name)
  return names
}

export const eventName = (event: TimelineEvent): string => tWord('auditor.event', event.type.replace('.', '_'))

/** “步骤完成：先听完”: the name, and the most telling part. */
export function eventLine(event: TimelineEvent, context: Context): string {
  const what = telling(event, context)
  const event_ = eventName(event)
  return what ? t('auditor.say.about', { event: event_, what }) : event_
}

function telling(event: TimelineEvent, context: Context): string {
  const { data } = event
  const text = (value: unknown) => textOf(value, context).value
  switch (event.type) {
    case 'incident.opened':
      return isData(data.title) ? own(data.title as { zh: string; en: string }) : ''
    case 'alert.raised':
      return Number(data.level) > 0 ? t('auditor.say.level', { n: Number(data.level) }) : because(data.reason)
    case 'alert.informed':
    case 'alert.simulated':
      return people(data.recipients, context)
    case 'alert.escalated':
      return listed([t('auditor.say.level', { n: Number(data.to) }), because(data.because)], '，')
    case 'alert.acknowledged':
      return typeof data.eta_minutes === 'number' ? t('auditor.say.eta', { n: data.eta_minutes }) : ''
    case 'facts.recorded':
      return listed(factsOf(data.facts, context).map(({ label, value }) => short(label, value)))
    case 'note.added':
      return text(data.text)
    case 'incident.closed':
      return tWord('auditor.word.outcome', String(data.outcome))
    case 'incident.handed_over':
      return nameOf(data.to, context)
    case 'drill.scored':
      return `${String(data.percent)} %`
    case 'drill.unmarked':
      return data.because ? because(data.because) : text(data.reason)
    case 'drill.marked':
    case 'incident.cancelled':
    case 'incident.reopened':
      return text(data.reason)
    case 'incident.contained':
      return data.summary ? text(data.summary) : ''
    case 'report.late':
      return tWord('auditor.word.command', String(data.command))
    case 'export.made':
      return String(data.format).toUpperCase()
    case 'playbook.added':
    case 'incident.reclassified':
      return bookOf(data)
    case 'promise.made':
    case 'promise.kept':
    case 'promise.broken':
    case 'promise.due':
    case 'follow_up.scheduled':
    case 'follow_up.due':
    case 'follow_up.done':
      return tWord('auditor.word.kind', String(data.kind ?? ''))
    case 'representative.named':
      return text(data.who)
    case 'room.entered':
      return listed([text(data.who), text(data.room)], '，')
    case 'press_statement.recorded':
      return text(data.outlet)
    case 'attachment.added':
      return data.caption ? text(data.caption) : String(data.media_type)
  }
  if (typeof data.step === 'string') return stepTitle(data.step, context)
  if (event.type.startsWith('clock.')) return tWord('auditor.word.clock', String(data.name))
  return ''
}

const short = (label: string, value: string): string => (value === t('auditor.word.yes') ? label : `${label} ${value}`)
const because = (value: unknown): string => (typeof value === 'string' ? tWord('auditor.word.because', value) : '')
/** Why: one word, several of them, or the step that brought it about. */
const cause: Teller = (value, context) => {
  if (Array.isArray(value)) return listed(value.map(because))
  return typeof value === 'string' && value.startsWith('step:') ? stepTitle(value.slice(5), context) : because(value)
}
/** What the playbook is called, where the event says it, and its version. */
const bookOf = ({ playbook, title }: Data): string => {
  if (!isData(playbook)) return ''
  return `${isData(title) ? own(title as { zh: string; en: string }) : String(playbook.id)} v${String(playbook.version)}`
}

function stepTitle(id: string, { incident }: Context): string {
  const step = incident?.steps.find((each) => each.id === id)
  return step ? own(step.title) : id
}

function nameOf(id: unknown, { names }: Context): string {
  return id === null ? t('auditor.word.nobody') : (names.get(String(id)) ?? String(id))
}

function people(told: unknown, context: Context): string {
  if (!Array.isArray(told)) return ''
  const each = (one: unknown): string => {
    if (!isData(one)) return ''
    const gone = one.reachable === false ? ` (${t('auditor.word.unreachable')})` : ''
    return `${nameOf(one.user, context)} ${tWord('common.role', String(one.role))}${gone}`
  }
  return told.length ? listed(told.map(each)) : t('auditor.word.nobody')
}

function textOf(value: unknown, { sealed }: Context): { value: string; purged: boolean } {
  const hash = sealOf(value)
  if (hash === null) return { value: plain(value), purged: false }
  const found = sealed[hash]
  if (found === undefined) return { value: t('auditor.detail.withheld'), purged: true }
  const text = found.text
  return text === null ? { value: t('auditor.detail.purged'), purged: true } : { value: text, purged: false }
}

function plain(value: unknown): string {
  if (typeof value === 'boolean') return t(value ? 'auditor.word.yes' : 'auditor.word.no')
  if (Array.isArray(value)) return listed(value.map(plain))
  return value === null || value === undefined ? '' : String(value)
}

function factsOf(facts: unknown, context: Context): Told[] {
  if (!isData(facts)) return []
  return Object.entries(facts).map(([name, value]) => {
    const words = [value].flat().map((each) => choiceWord(name, plain(each)))
    const chosen = listed(words.filter((word) => word !== null))
    const text = textOf(value, context)
    const typed = sealOf(value) !== null
    return { label: tWord('common.fact', name), value: chosen || text.value, typed, purged: text.purged }
  })
}

function recordOf(record: unknown, stepId: unknown, context: Context): Told[] {
  if (!isData(record)) return []
  const step = context.incident?.steps.find((each) => each.id === stepId)
  return Object.entries(record).map(([name, value]) => {
    const field = step?.record.find((each) => each.name === name)
    const choice = field?.choices?.find((each) => each.value === value)
    const text = textOf(value, context)
    const typed = sealOf(value) !== null
    return { label: field ? own(field.label) : name, value: choice ? own(choice.label) : text.value, typed, purged: text.purged }
  })
}

type Teller = (value: unknown, context: Context) => string
const moment: Teller = (value) => (typeof value === 'string' ? fullTime(value) : '')
const wordOf = (group: string): Teller => (value) => tWord(group, String(value))

/** Parts of the data that are told otherwise than by writing their value down. */
const TELLERS: Record<string, Teller> = {
  title: (value) => (isData(value) ? own(value as { zh: string; en: string }) : plain(value)),
  because: cause,
  by: cause,
  reason: because,
  urgency: wordOf('auditor.word.urgency'),
  channel: wordOf('auditor.word.channel'),
  kind: (value) => tWord('auditor.word.kind', tWord('auditor.word.channel', String(value))),
  content: wordOf('auditor.word.content'),
  detail: (value) => ownPart(String(value)),
  recipients: people,
  user: nameOf,
  to: (value, context) => (typeof value === 'number' ? String(value) : nameOf(value, context)),
  step: (value, context) => stepTitle(String(value), context),
  outcome: wordOf('auditor.word.outcome'),
  root_cause: wordOf('auditor.word.root_cause'),
  complaint_kind: wordOf('auditor.word.complaint_kind'),
  name: wordOf('auditor.word.clock'),
  command: wordOf('auditor.word.command'),
  lang: wordOf('auditor.word.lang'),
  device_fault: () => t('auditor.word.deviceFault'),
  size: (value) => fileSize(Number(value)),
  hashes: plain,
  calendar: () => t('auditor.word.unconfirmed'),
  repeat: (value) => (value === 0 ? '' : plain(value)),
  ...Object.fromEntries(['started_at', 'due_at', 'met_at', 'act_by', 'until', 'at'].map((name) => [name, moment])),
}
/** Told elsewhere, or of no use to a reader. */
const UNTOLD = new Set(['alert_id', 'alerts', 'ladder', 'pace', 'branch', 'report', 'reports', 'attachment_id', 'subject', 'lead_ms', 'id', 'follow_up', 'promise', 'rules', 'acknowledge', 'contain', 'steps', 'clocks', 'took_part', 'terms', 'customer', 'org', 'document'])

/** Every part of the event's data, with its label. */
export function dataTold(event: TimelineEvent, context: Context): Told[] {
  return Object.entries(event.data).flatMap(([name, value]) => {
    if (UNTOLD.has(name) || value === null || value === undefined) return []
    if (name === 'channel' && 'kind' in event.data) return [] // its id; people know it by its kind
    if ((name === 'type' && 'title' in event.data) || (name === 'drill' && value !== true)) return []
    if (name === 'playbook') return [{ label: tWord('auditor.data', name), value: bookOf(event.data) }]
    if (name === 'facts') return factsOf(value, context)
    if (name === 'record') return recordOf(value, event.data.step, context)
    if (name === 'data') return factsOf(value, context) // of a command that came too late
    const label = tWord('auditor.data', name)
    if (sealOf(value) !== null) return [{ label, typed: true, ...textOf(value, context) }]
    const teller = TELLERS[name]
    const told = teller ? teller(value, context) : isData(value) ? '' : plain(value)
    return told ? [{ label, value: told }] : []
  })
}

/** Who: a person with their role, a tablet, the system. */
export function actorName({ actor }: TimelineEvent): string {
  return actor.kind === 'system' ? t('auditor.timeline.system') : actor.name
}

export function actorRole({ actor }: TimelineEvent): string {
  if (actor.kind === 'system') return t('auditor.timeline.systemSub')
  return actor.role ? tWord('common.role', actor.role) : t('auditor.timeline.device')
}
