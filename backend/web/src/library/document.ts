/** A version's content as the editor has it: a playbook, or what an org adds to one. */
import type { components } from '@/api/schema'
import type { Both } from '@/api/types'
import { own, t, tWord, type TextKey } from '@/i18n'
import { exactly } from './lengths'

export type Version = components['schemas']['WholeVersion']
export type Summary = components['schemas']['Version']
export type Difference = components['schemas']['Difference']

export interface Condition {
  fact: string
  equals?: string
}
export interface GateDoc {
  text: Both
  any_of?: string[]
  opens_if?: Condition[]
  shut_if?: Condition[]
  clearance?: string
  override?: boolean
  override_by_anyone_if?: string[]
}
export interface LevelDoc {
  after?: number
  tell: string[]
}
export interface ClockDoc {
  name: string
  starts: string
  within?: number
  unit?: string
  met_by?: string[]
  tell?: string[]
  again?: boolean
  ends?: string[]
  between?: { opens: string; closes: string }
  extend_to?: number[]
  extended_by?: string[]
  source?: string[]
}
export interface ChoiceDoc {
  value: string
  label: Both
}
export interface FieldDoc {
  name: string
  label: Both
  type: string
  required?: boolean
  choices?: ChoiceDoc[]
  fact?: string
}
export interface RuleDoc {
  when_field: string
  when: string[]
  field: string
  needs: string[]
  text: Both
}
export interface CardDoc {
  id: string
  title: Both
  signs: Both[]
  say: Both[]
  avoid: Both[]
  advice?: Both[]
  source?: string[]
}
export interface ProposalDoc extends Condition {
  at_least?: number
  because: Both
}
export interface DutyDoc {
  fact: string
  tell: string[]
  source?: string[]
}
export interface StepDoc {
  id: string
  title: Both
  owner: string
  only?: string[]
  must?: boolean
  containment?: boolean
  repeats?: boolean
  completed_by_raising?: boolean
  due?: number
  say?: Both[]
  avoid?: Both[]
  source?: string[]
  record?: FieldDoc[]
  record_rules?: RuleDoc[]
  gate?: GateDoc
  after?: string
}
export interface Lines {
  step: string
  say?: Both[]
  avoid?: Both[]
}
export interface Doc {
  id: string
  version: number
  title?: Both
  summary?: Both
  advice?: Both[]
  ladder?: LevelDoc[]
  repeat_every?: number
  act_within?: number
  inform?: string[]
  clocks?: ClockDoc[]
  cards?: CardDoc[]
  proposed_when?: ProposalDoc[]
  duties?: DutyDoc[]
  steps?: StepDoc[]
  lines?: Lines[]
}

/** What is edited besides the steps; no step's id looks like these. */
export const LADDER = '#ladder'
export const CLOCKS = '#clocks'
export const CARDS = '#cards'
export const FACTS = '#facts'
export const PARTS: readonly string[] = ['', LADDER, CLOCKS, CARDS, FACTS]

/** One line of the checklist: `at` is its place in the document, null where it is inherited. */
export interface Entry {
  step: StepDoc
  at: number | null
}

/** The checklist as staff will see it: an addition's own steps stand among those it inherits. */
export function entries(doc: Doc, inherited: Doc | null): Entry[] {
  const own_ = (doc.steps ?? []).map((step, at) => ({ step, at }))
  if (!inherited) return own_
  const all: Entry[] = (inherited.steps ?? []).map((step) => ({ step, at: null }))
  const last = new Map<string, string>()
  for (const entry of own_) {
    const after = entry.step.after
    const place = all.findIndex((each) => each.step.id === (after ? (last.get(after) ?? after) : ''))
    all.splice(place < 0 ? all.length : place + 1, 0, entry)
    if (after) last.set(after, entry.step.id)
  }
  return all
}

/** A name for what is new; nobody has to think of one. */
export const freshName = (kind: string): string => `${kind}_${Date.now().toString(36)}${Math.floor(Math.random() * 46656).toString(36)}`

export const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** What nothing was said about does not stand in the document. */
export function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== '')
      .map(([key, inner]) => [key, isText(inner) ? inner : tidy(inner)]),
  )
}
const isText = (value: unknown): value is Both => typeof value === 'object' && value !== null && 'zh' in value && 'en' in value

export const fieldName = (field: string): string => tWord('library.fields', field)
export const fact = (name: string): string => tWord('common.fact', name)

/** A value of a document as somebody reads it. */
export function shown(value: unknown, field: string): string {
  if (typeof value === 'boolean') return t(value ? 'library.yes' : 'library.no')
  if (typeof value === 'number') return ['due', 'within', 'after'].includes(field) ? exactly(value) : String(value)
  if (typeof value === 'string') return ['owner', 'clearance'].includes(field) ? tWord('common.role', value) : value
  if (Array.isArray(value)) return value.map((each) => (typeof each === 'string' ? tWord('common.role', each) : shown(each, field))).join(' · ')
  if (isText(value)) return own(value)
  if (typeof value !== 'object' || value === null) return ''
  const inner = value as Record<string, unknown>
  const name = inner.title ?? inner.text ?? inner.label
  if (isText(name)) return own(name)
  if (Array.isArray(inner.say) || Array.isArray(inner.avoid)) return [inner.say, inner.avoid].map((each) => shown(each ?? [], field)).filter(Boolean).join(' · ')
  return Object.entries(inner).map(([key, each]) => `${fieldName(key)} ${shown(each, key)}`).join(' · ')
}

export const stateKey = (version: Summary): TextKey =>
  version.state === 'published' && !version.in_force ? 'library.states.coming' : `library.states.${version.state as 'draft'}`
