/** What has changed, in words: people clear on the strength of it, so nothing is rounded or left out. */
import { listed, own, t } from '@/i18n'
import { conditionText, momentText, role } from './choices'
import { clockLine } from './clockWords'
import { fact, fieldName, shown, type ClockDoc, type Difference, type GateDoc, type LevelDoc, type StepDoc } from './document'
import { dutyLines, formOf, proposalLines, recordLines, ruleLines } from './formChanges'
import { exactly, lengthsText, lengthText } from './lengths'
import { sides, weaker, type Line } from './line'

/** What the words need to know of the version. */
export interface Around {
  steps: readonly StepDoc[]
  clocks: readonly ClockDoc[]
  /** All of the version's differences: a clock's unit may have changed beside its length. */
  all: readonly Difference[]
}
type Side = Pick<Difference, 'before' | 'after'>

const names = (value: unknown): string => listed((Array.isArray(value) ? value : []).map((each) => role(String(each))))

/** Each level as one line; its number is said, but does not make it another one. */
function ladderLines({ before, after }: Side): Line[] {
  const [old, now] = [before, after].map((side) => (Array.isArray(side) ? (side as LevelDoc[]) : [])) as [LevelDoc[], LevelDoc[]]
  const said = (level: LevelDoc): string => `${level.after}/${level.tell.join()}`
  const text = (level: LevelDoc, at: number): string =>
    t('library.told.level', { n: at + 1, after: level.after ? t('library.told.afterwards', { after: exactly(level.after) }) : t('library.told.atOnce'), whom: names(level.tell) })
  const only = (these: LevelDoc[], others: LevelDoc[], kind: 'gone' | 'new'): Line[] => {
    const known = new Set(others.map(said))
    return these.flatMap((each, at) => (known.has(said(each)) ? [] : [{ kind, what: '', text: text(each, at) }]))
  }
  return [...only(old, now, 'gone'), ...only(now, old, 'new'), ...later(old, now)]
}
/** Who is called later than before, or not at all any more. */
function later(old: LevelDoc[], now: LevelDoc[]): Line[] {
  const first = (levels: LevelDoc[], name: string): number | undefined => levels.find((each) => each.tell.includes(name))?.after
  return [...new Set(old.flatMap((each) => each.tell))].flatMap((name): Line[] => {
    const [was, is] = [first(old, name) ?? 0, first(now, name)]
    if (is !== undefined && is <= was) return []
    const text = is === undefined ? t('library.told.notCalled', { who: role(name) }) : t('library.told.calledLater', { who: role(name), by: exactly(is - was) })
    return [weaker(text)]
  })
}

/** Everything that a gate says, a line for each. */
function gateParts(gate: GateDoc | null): { what: string; text: string }[] {
  if (!gate) return [{ what: fieldName('gate'), text: t('library.fields.gateNone') }]
  const each = <T>(field: string, values: T[] | undefined, word: (value: T) => string) => (values ?? []).map((value) => ({ what: fieldName(field), text: word(value) }))
  return [
    ...each('gateText', [gate.text], own),
    ...each('any_of', gate.any_of, fact),
    ...each('opens_if', gate.opens_if, conditionText),
    ...each('clearance', gate.clearance ? [gate.clearance] : [], role),
    ...each('shut_if', gate.shut_if, conditionText),
    { what: '', text: t(gate.override !== false ? 'library.fields.override' : 'library.told.noOverride') },
    ...each('override_by_anyone_if', gate.override_by_anyone_if, fact),
  ]
}
function gateLines({ before, after }: Side): Line[] {
  const [old, now] = [gateParts(before as GateDoc | null), gateParts(after as GateDoc | null)]
  const only = (these: typeof old, others: typeof old, kind: 'gone' | 'new'): Line[] =>
    these.filter((each) => !others.some((other) => other.what === each.what && other.text === each.text)).map((each) => ({ ...each, kind }))
  const lines = [...only(old, now, 'gone'), ...only(now, old, 'new')]
  // The other language's text alone is not to pass unseen.
  const both = [before, after].map((side) => (side as GateDoc | null)?.text)
  if (!lines.length && both[0] && both[1]) return sides(fieldName('gateText'), `${both[0].zh} / ${both[0].en}`, `${both[1].zh} / ${both[1].en}`)
  return [...lines, ...gateWeaker(before as GateDoc | null, after as GateDoc | null)]
}
function gateWeaker(before: GateDoc | null, after: GateDoc | null): Line[] {
  if (!before) return []
  if (!after) return [weaker(t('library.told.gateGone'))]
  const opened = [
    ...(after.any_of ?? []).filter((each) => !before.any_of?.includes(each)).map(fact),
    ...(after.opens_if ?? []).map(conditionText).filter((each) => !before.opens_if?.map(conditionText).includes(each)),
  ]
  const shut = (before.shut_if ?? []).map(conditionText).filter((each) => !after.shut_if?.map(conditionText).includes(each))
  return [
    ...(opened.length ? [weaker(t('library.told.opensToo', { when: listed(opened) }))] : []),
    ...(shut.length ? [weaker(t('library.told.shutNoMore', { when: listed(shut) }))] : []),
    ...(before.clearance && after.clearance !== before.clearance ? [weaker(t('library.told.clearedNoMore', { who: role(before.clearance) }))] : []),
    ...(before.override === false && after.override !== false ? [weaker(t('library.told.passable'))] : []),
  ]
}

/** A clock that is new or gone, or one of its fields. */
function clockLines(each: Difference, { steps, clocks, all }: Around): Line[] {
  const { name, field, before, after } = each
  if (!field) {
    const line = (side: unknown): string => (side ? clockLine(side as ClockDoc, steps) : '')
    const gone: Line[] = after ? [] : [weaker(t('library.told.clockGone'))]
    return [...sides(fieldName('clocks'), line(before), line(after)), ...gone]
  }
  const told = (side: unknown): string => clockPart(field, side, steps)
  if (field !== 'within' && field !== 'unit' && field !== 'extend_to') return sides(fieldName(field), told(before), told(after))
  const other = (which: string): Difference | undefined => all.find((one) => one.part === 'clocks' && one.name === name && one.field === which)
  if (field === 'unit' && other('within')) return [] // said with the length
  const now = clocks.find((one) => one.name === name)
  const unit = other('unit')
  const [oldUnit, newUnit] = unit ? [String(unit.before ?? 'plain'), String(unit.after ?? 'plain')] : [now?.unit, now?.unit]
  if (field === 'extend_to') return sides(fieldName(field), lengthsText((before as number[] | null) ?? [], oldUnit), lengthsText((after as number[] | null) ?? [], newUnit))
  const [was, is] = field === 'unit' ? [now?.within, now?.within] : [before as number, after as number]
  const lines = sides(fieldName('within'), lengthText(was, oldUnit), lengthText(is, newUnit))
  const longer = oldUnit === newUnit ? (is ?? 0) > (was ?? 0) : true
  return longer ? [...lines, weaker(t(oldUnit === newUnit ? 'library.told.longer' : 'library.told.otherUnit'))] : lines
}
function clockPart(field: string, value: unknown, steps: readonly StepDoc[]): string {
  if (field === 'starts') return value ? momentText(String(value), steps) : ''
  if (field === 'met_by' || field === 'ends') return listed(((value as string[] | null) ?? []).map((each) => momentText(each, steps)))
  if (field === 'tell' || field === 'extended_by') return names(value)
  if (field === 'between') return value ? Object.values(value as Record<string, string>).join('–') : ''
  return value === null ? '' : shown(value, field)
}

const TIMES = new Set(['due', 'repeat_every', 'act_within'])

/** One difference as the lines that say it. */
export function lines(each: Difference, around: Around): Line[] {
  const { part, field, before, after } = each
  if (field === 'order') return [{ kind: 'moved', what: '', text: t('library.moved', { from: String(before), to: String(after) }) }]
  if (field === 'ladder') return ladderLines(each)
  if (field === 'gate') return gateLines(each)
  if (part === 'clocks') return clockLines(each, around)
  if (part === 'cards' && !field && after === null) return [...sides(fieldName('cards'), shown(before, ''), ''), weaker(t('library.told.cardGone'))]
  if (field === 'record') return recordLines(each)
  if (field === 'record_rules') return ruleLines(each, formOf(around.steps.find((step) => step.id === each.name), around.all))
  if (field === 'duties') return dutyLines(each)
  if (field === 'proposed_when') return proposalLines(each)
  const what = fieldName(field || (part === 'lines' ? 'say' : 'title'))
  const told = (value: unknown): string => {
    if (value === null) return ''
    if (typeof value === 'number' && TIMES.has(field)) return exactly(value)
    return field === 'only' || field === 'inform' ? names(value) : shown(value, field)
  }
  return sides(what, told(before), told(after))
}
