/** What the shared pieces of an incident work out for themselves: rights, forms, amounts, who was told, notes. */
import { describe, expect, it } from 'vitest'
import type { Incident, Me, RecordField, Step } from '../../src/api/types'
import { entriesOf } from '../../src/incident/entries'
import { fenOf, yuanOf } from '../../src/incident/facts'
import { nextStep } from '../../src/incident/next'
import { language, ownPart } from '../../src/i18n'
import { doersOf, isReached, toldOf, type Told } from '../../src/incident/people'
import { recordOf } from '../../src/incident/record'
import { rightsOf } from '../../src/incident/rights'
import type { TimelineEvent } from '../../src/incident/useTimeline'
import { furthest } from '../../src/ui/delivery'

const TEXT = { zh: '字', en: 'text' }
const BRANCH = { id: 'east-01', name: '城东' }

const person = (id: string, role: string, org = 'east-01'): Me =>
  ({ id, username: id, name: id, roles: [{ role, org: { id: org, name: org } }] }) as Me

const step = (id: string, more: Partial<Step> = {}): Step =>
  ({
    id, playbook: 'x', title: TEXT, owner: 'teller', only: [], must: false, containment: false, say: [], avoid: [],
    record: [], state: 'ready', late: false, due_at: null, done_at: null, done_by: null, gate: null, ...more,
  }) as Step

const incident = (more: Partial<Incident> = {}): Incident =>
  ({ branch: BRANCH, alerts: [], informed: [], in_charge: null, facts: {}, status: 'open', steps: [], ...more }) as unknown as Incident

const gate = (more: object = {}): Step['gate'] =>
  ({ text: TEXT, open: false, clearance: null, override: true, override_by_anyone_if: ['danger_to_life'], ...more }) as Step['gate']

describe('rights', () => {
  it('let those at the branch tick, and nobody but the named roles where they are named', () => {
    const teller = rightsOf(incident(), person('t', 'teller'))
    expect(teller.complete(step('a'))).toBe(true)
    expect(teller.complete(step('b', { only: ['office_staff'] }))).toBe(false)
    expect(rightsOf(incident(), person('t', 'teller', 'west-01')).complete(step('a'))).toBe(false)
    expect(rightsOf(incident(), person('o', 'office_staff', 'east')).complete(step('b', { only: ['office_staff'] }))).toBe(true)
  })

  it('let a manager go on behind a gate, and anyone when a life is in danger', () => {
    const locked = step('p', { state: 'locked', gate: gate() })
    expect(rightsOf(incident(), person('m', 'branch_manager')).override(locked)).toBe(true)
    expect(rightsOf(incident(), person('t', 'teller')).override(locked)).toBe(false)
    expect(rightsOf(incident({ facts: { danger_to_life: true } }), person('t', 'teller')).override(locked)).toBe(true)
  })

  it('leave a gate that waits for clearance to compliance', () => {
    const waiting = step('r', { state: 'locked', gate: gate({ clearance: 'compliance_officer', override: false, override_by_anyone_if: [] }) })
    expect(rightsOf(incident(), person('m', 'branch_manager')).override(waiting)).toBe(false)
    expect(rightsOf(incident(), person('c', 'compliance_officer', 'hq')).clear(waiting)).toBe(true)
    expect(rightsOf(incident(), person('m', 'branch_manager')).clear(waiting)).toBe(false)
  })

  it('skip what is not a must, redo what is done, and nothing after the end', () => {
    const manager = rightsOf(incident(), person('m', 'deputy_manager'))
    expect(manager.skip(step('a'))).toBe(true)
    expect(manager.skip(step('a', { must: true }))).toBe(false)
    expect(manager.reopen(step('a', { state: 'done' }))).toBe(true)
    const over = rightsOf(incident({ status: 'closed' }), person('m', 'branch_manager'))
    expect([over.complete(step('a')), over.skip(step('a')), over.reopen(step('a', { state: 'done' }))]).toEqual([false, false, false])
  })

  it('let an auditor read only', () => {
    const auditor = rightsOf(incident(), person('a', 'auditor', 'hq'))
    expect([auditor.writes, auditor.involved, auditor.manager]).toEqual([false, false, false])
  })
})

describe('the next step', () => {
  it('is the first of their own that can be done, else the first that they can do', () => {
    const steps = [step('a', { owner: 'lobby_manager' }), step('b', { state: 'locked' }), step('c')]
    expect(nextStep(steps, rightsOf(incident(), person('t', 'teller')))?.id).toBe('c')
    expect(nextStep(steps, rightsOf(incident(), person('g', 'guard')))?.id).toBe('a')
    expect(nextStep([step('a', { state: 'done' })], rightsOf(incident(), person('t', 'teller')))).toBeNull()
  })
})

describe('a record form', () => {
  const field = (name: string, type: RecordField['type'], required = false): RecordField => ({ name, type, required, label: TEXT, choices: [] })
  const fields = [field('name', 'text', true), field('sum', 'number'), field('kept', 'boolean'), field('by', 'date')]

  it('sends what was filled in, each as its type', () => {
    const { record, faults } = recordOf(fields, { name: ' 王先生 ', sum: '1200', kept: 'no', by: '2026-11-27' })
    expect(record).toEqual({ name: '王先生', sum: 1200, kept: false, by: '2026-11-27' })
    expect(faults).toEqual({})
  })

  it('names what is missing and what is no whole number', () => {
    expect(recordOf(fields, { name: '', sum: '12.5' }).faults).toEqual({ name: 'required', sum: 'whole' })
  })
})

describe('amounts', () => {
  it('are typed in yuan and kept in fen, whole', () => {
    expect(['12', '12.5', '0.05', '1,200.00', '12.345', '-1', 'x'].map(fenOf)).toEqual([1200, 1250, 5, 120000, null, null, null])
    expect([1200, 1250, 5, undefined].map(yuanOf)).toEqual(['12', '12.50', '0.05', ''])
  })
})

describe('who was told', () => {
  const recipient = (id: string, role: string, state: string) => ({ user: { id, username: id, name: id }, role, channels: [{ channel: 'socket', state, at: '' }] })
  const alert = (level: number, ...recipients: object[]) => ({ id: `a${level}`, level, repeat: 0, recipients }) as unknown as Incident['alerts'][number]

  it('stands once each, by level, those informed last', () => {
    const told = toldOf({
      informed: [recipient('lobby', 'lobby_manager', 'seen'), recipient('deputy', 'deputy_manager', 'sent')] as Incident['informed'],
      alerts: [alert(1, recipient('manager', 'branch_manager', 'unreachable')), alert(2, recipient('deputy', 'deputy_manager', 'delivered'))],
    })
    expect(told.map(({ key, level }) => [key, level])).toEqual([['manager', 1], ['deputy', 2], ['lobby', 0]])
    expect(told.map(isReached)).toEqual([false, true, true])
  })

  it('got as far as the best of their channels, which is in the language of the reader', () => {
    const channels = [
      { channel: 'socket', state: 'queued', at: '1' },
      { channel: 'sms', state: 'failed', at: '2', detail: '对方回答 404 / the other side answered 404' },
      { channel: 'webhook', state: 'seen', at: '3' },
      { channel: 'webhook', state: 'sent', at: '4' },
    ]
    expect(furthest({ user: null, role: 'guard', channels })).toMatchObject({ state: 'seen', at: '3' })
    expect(isReached({ recipient: { user: null, role: 'guard', channels: channels.slice(1, 2) } } as Told)).toBe(false)
    language.value = 'en'
    expect(ownPart(channels[1]!.detail!)).toBe('the other side answered 404')
    language.value = 'zh'
    expect(ownPart(channels[1]!.detail!)).toBe('对方回答 404')
    expect(ownPart('一句话')).toBe('一句话')
  })

  it('names beside a counter step who raised it, not the colleague who was told; a crowd is not named', () => {
    const informed = ['c', 'd'].map((id) => recipient(id, 'teller', 'sent')) as Incident['informed']
    const reported = (id: string) => [{ at: 't', user: person(id, 'teller') }] as Incident['reported_by']
    const names = (more: Partial<Incident>, role = 'teller') => doersOf(incident({ reported_by: [], informed, ...more }), role).map(({ id }) => id)
    expect(names({ reported_by: reported('reporter') })).toEqual(['reporter'])
    expect(names({})).toEqual(['c', 'd'])
    expect(names({ reported_by: reported('lobby'), informed: [...informed, recipient('lobby', 'lobby_manager', 'seen')] as Incident['informed'] })).toEqual(['c', 'd'])
    const crowd = ['c', 'd', 'e', 'f'].map((id) => recipient(id, 'teller', 'sent')) as Incident['informed']
    expect(names({ informed: crowd })).toEqual([])
  })
})

describe('notes and photos', () => {
  it('come from the timeline, the latest first, with what is on the way; a purged text is null', () => {
    const event = (type: string, data: object): TimelineEvent =>
      ({ id: type + JSON.stringify(data), type, data, actor: { name: '林晓' }, recorded_at: 't', occurred: { basis: 'server' } }) as unknown as TimelineEvent
    const events = [
      event('note.added', { text: { sealed: 'a' } }),
      event('step.completed', {}),
      event('note.added', { text: { sealed: 'gone' } }),
      event('attachment.added', { attachment_id: 'f', media_type: 'image/png' }),
    ]
    const textOf = (value: unknown) => ((value as { sealed: string }).sealed === 'a' ? '一位带头' : null)
    const found = entriesOf(events, [{ seq: 7, text: '在路上', at: 't' }], textOf)
    expect(found.map(({ kind, text, sending }) => [kind, text, sending ?? false])).toEqual([
      ['note', '在路上', true],
      ['image', '', false],
      ['note', null, false],
      ['note', '一位带头', false],
    ])
  })
})
