/** What a playbook offers to choose from: roles, facts, moments. */
import { own, t, tWord } from '@/i18n'
import { choiceWord } from '@/incident/choiceWords'
import { CHOICES, FIRST_FLAGS, MANNERS, THREATS, WHO } from '@/incident/facts'
import { fact, type Condition, type StepDoc } from './document'

export interface Option {
  value: string
  text: string
}

/** Those who act in incidents; who only looks on is never told (the server refuses it). */
export const ROLES = ['teller', 'lobby_manager', 'guard', 'counter_supervisor', 'branch_manager', 'deputy_manager', 'office_staff', 'complaint_officer', 'business_line', 'compliance_officer', 'legal_officer', 'regional_manager', 'hq_duty'] as const
export const EVERYONE = 'everyone'
/** The ladder ends with them. */
export const TOP = 'hq_duty'
export const CLEARERS = ['compliance_officer', 'legal_officer'] as const
/** What is true or false. */
export const FLAGS = [...FIRST_FLAGS, ...THREATS, ...WHO, 'identity_checked'] as const
/** What is counted. */
export const COUNTED = ['head_count', 'amount_fen'] as const
export const MOMENTS = ['raised', 'acknowledged', 'contained', 'closed'] as const
/** Every clock that there is (playbooks/schema.py). */
export const CLOCK_NAMES = ['first_response', 'contact', 'resolution', 'progress', 'report_up', 'contingency', 'supervisor_talks', 'offer_answer', 'customer_contact', 'call_back', 'regulator_answer'] as const

export const role = (name: string): string => (name === EVERYONE ? t('library.everyone') : tWord('common.role', name))
export const clockName = (name: string): string => tWord('auditor.word.clock', name)
export const roleOptions = (): Option[] => ROLES.map((value) => ({ value, text: role(value) }))
export const flagOptions = (): Option[] => FLAGS.map((value) => ({ value, text: fact(value) }))

/** A condition as one word, and back. */
export const keyOf = (each: Condition): string => (each.equals === undefined ? each.fact : `${each.fact}=${each.equals}`)
export function conditionOf(key: string): Condition {
  const [name, equals] = key.split('=') as [string, string | undefined]
  return equals === undefined ? { fact: name } : { fact: name, equals }
}
export function conditionText({ fact: name, equals }: Condition): string {
  return equals === undefined ? fact(name) : t('library.isValue', { fact: fact(name), value: choiceWord(name, equals) ?? equals })
}
export function conditionOptions(flags: boolean): Option[] {
  const chosen = Object.entries({ ...CHOICES, manners: MANNERS }).flatMap(([name, values]) => values.map((equals): Condition => ({ fact: name, equals })))
  const all = [...(flags ? FLAGS.map((name): Condition => ({ fact: name })) : []), ...chosen]
  return all.map((each) => ({ value: keyOf(each), text: conditionText(each) }))
}

/** Moments of an incident, and its steps done. */
export function momentText(moment: string, steps: readonly StepDoc[]): string {
  const id = moment.startsWith('step:') ? moment.slice(5) : ''
  if (!id) return tWord('library.moments', moment)
  const step = steps.find((each) => each.id === id)
  return t('library.stepDone', { title: step ? own(step.title) : id })
}
export function momentOptions(steps: readonly StepDoc[]): Option[] {
  return [...MOMENTS, ...steps.map((each) => `step:${each.id}`)].map((value) => ({ value, text: momentText(value, steps) }))
}
