/** What has changed in record forms, duties and proposals, in words. */
import type { Both } from '@/api/types'
import { listed, own, t } from '@/i18n'
import { yuanOf } from '@/incident/facts'
import { conditionText, role } from './choices'
import { fact, fieldName, type Difference, type DutyDoc, type FieldDoc, type ProposalDoc, type RuleDoc, type StepDoc } from './document'
import { listLines, weaker, type Line } from './line'

type Side = Pick<Difference, 'before' | 'after'>
const list = <T>(side: unknown): T[] => (Array.isArray(side) ? (side as T[]) : [])
const words = (text: Both, both: boolean): string => (both ? `${text.zh} / ${text.en}` : own(text))

function fieldText(field: FieldDoc, both: boolean): string {
  const more = [
    t(`library.record.types.${field.type as 'text'}`),
    ...(field.required ? [t('library.record.required')] : []),
    ...(field.choices?.length ? [listed(field.choices.map(({ label }) => words(label, both)))] : []),
    ...(field.fact ? [t('library.told.keptAs', { fact: fact(field.fact) })] : []),
  ]
  return t('library.told.field', { name: words(field.label, both), more: more.join(' · ') })
}
export function recordLines({ before, after }: Side): Line[] {
  const [old, now] = [list<FieldDoc>(before), list<FieldDoc>(after)]
  const looser = old.flatMap((was): Line[] => {
    const is = now.find(({ name }) => name === was.name)
    const name = own(was.label)
    if (!is) return [weaker(t('library.told.fieldGone', { name }))]
    return [...(was.required && !is.required ? [weaker(t('library.told.notRequired', { name }))] : []), ...(was.fact && was.fact !== is.fact ? [weaker(t('library.told.notKept', { name, fact: fact(was.fact) }))] : [])]
  })
  const found = [...listLines(fieldName('record'), old, now, fieldText), ...looser]
  return found.length ? found : [{ kind: 'moved', what: fieldName('record'), text: t('library.told.otherOrder') }]
}

/** In the form's own words, as it is now or was. */
export function ruleLines({ before, after }: Side, form: readonly FieldDoc[]): Line[] {
  const [old, now] = [list<RuleDoc>(before), list<RuleDoc>(after)]
  const field = (name: string) => form.find((each) => each.name === name)
  const values = (name: string, all: string[]): string => listed(all.map((value) => { const found = field(name)?.choices?.find((each) => each.value === value); return found ? own(found.label) : value }))
  const named = (name: string): string => { const found = field(name); return found ? own(found.label) : name }
  const text = (rule: RuleDoc, both: boolean): string =>
    t('library.told.rule', { field: named(rule.when_field), when: values(rule.when_field, rule.when), needed: named(rule.field), needs: values(rule.field, rule.needs), text: words(rule.text, both) })
  const asks = (was: RuleDoc): boolean => now.some((is) => is.when_field === was.when_field && is.field === was.field && was.when.every((each) => is.when.includes(each)) && is.needs.every((each) => was.needs.includes(each)))
  const looser = old.filter((was) => !asks(was)).map((was) => weaker(t('library.told.ruleGone', { field: named(was.when_field), needed: named(was.field) })))
  return [...listLines(t('library.record.rules'), old, now, text), ...looser]
}

export function dutyLines({ before, after }: Side): Line[] {
  const [old, now] = [list<DutyDoc>(before), list<DutyDoc>(after)]
  const text = ({ fact: name, tell, source }: DutyDoc, both: boolean): string => [t('library.told.duty', { fact: fact(name), whom: listed(tell.map(role)) }), ...(both ? (source ?? []) : [])].join(' · ')
  const tells = (name: string): string[] => now.filter((each) => each.fact === name).flatMap(({ tell }) => tell)
  const looser = old.flatMap((was): Line[] => {
    const lost = was.tell.filter((each) => !tells(was.fact).includes(each))
    return lost.length ? [weaker(t('library.told.dutyGone', { fact: fact(was.fact), whom: listed(lost.map(role)) }))] : []
  })
  return [...listLines(fieldName('duties'), old, now, text), ...looser]
}

export function proposalWhen({ fact: name, equals, at_least: least }: ProposalDoc): string {
  if (least === undefined) return conditionText(equals === undefined ? { fact: name } : { fact: name, equals })
  const number = name === 'amount_fen' ? t('library.told.yuan', { n: yuanOf(least) }) : String(least)
  return t('library.told.atLeast', { fact: fact(name), n: number })
}
export function proposalLines({ before, after }: Side): Line[] {
  const [old, now] = [list<ProposalDoc>(before), list<ProposalDoc>(after)]
  const text = (each: ProposalDoc, both: boolean): string => t('library.told.proposal', { when: proposalWhen(each), because: words(each.because, both) })
  const covers = (was: ProposalDoc): boolean => now.some((is) => is.fact === was.fact && is.equals === was.equals && (is.at_least ?? 0) <= (was.at_least ?? 0))
  const looser = old.filter((was) => !covers(was)).map((was) => weaker(t('library.told.proposalGone', { when: proposalWhen(was) })))
  return [...listLines(fieldName('proposed_when'), old, now, text), ...looser]
}

/** The form of a step as it is, and what it had before, for the names of both. */
export function formOf(step: StepDoc | undefined, all: readonly Difference[]): FieldDoc[] {
  const changed = all.find((each) => each.part === 'steps' && each.name === step?.id && each.field === 'record')
  return [...(step?.record ?? []), ...list<FieldDoc>(changed?.before)]
}
