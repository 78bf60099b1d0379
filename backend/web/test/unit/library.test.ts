import { beforeAll, describe, expect, it } from 'vitest'
import { addTexts } from '../../src/i18n'
import type { Messages } from '../../src/i18n/schema'
import word from '../../src/i18n/zh/auditorWords'
import library from '../../src/i18n/zh/library'
import { lines } from '../../src/library/changes'
import { conditionOf, keyOf } from '../../src/library/choices'
import { clockLine } from '../../src/library/clockWords'
import type { ClockDoc, Difference, FieldDoc, LevelDoc, StepDoc } from '../../src/library/document'
import { changedPlaces, faultsOf } from '../../src/library/faults'
import { exactly, lengthText, unitOf } from '../../src/library/lengths'

const STEPS: StepDoc[] = [{ id: 'talk', title: { zh: '联系客户', en: 'Contact the customer' }, owner: 'teller' }]
const CLOCK: ClockDoc = { name: 'contact', starts: 'raised', within: 3600, met_by: ['step:talk', 'closed'], tell: ['complaint_officer'] }
const change = (more: Partial<Difference>): Difference => ({ part: '', name: '', field: '', before: null, after: null, ...more })
const said = (each: Difference, clocks: ClockDoc[] = [], all: Difference[] = [each]) => lines(each, { steps: STEPS, clocks, all }).map(({ kind, what, text }) => `${kind} ${what}：${text}`)
const ladder = (...levels: [number, ...string[]][]): LevelDoc[] => levels.map(([after, ...tell]) => ({ after, tell }))

beforeAll(() => addTexts({ library, auditor: { word } as Messages['auditor'] }))

describe('a length', () => {
  it('is said to the second', () => {
    expect([exactly(0), exactly(90), exactly(5400), exactly(3601), exactly(86400), exactly(604800)]).toEqual(['0 秒', '1 分 30 秒', '1 小时 30 分', '1 小时 1 秒', '1 天', '7 天'])
    expect(lengthText(3, 'working_days')).toBe('3 个工作日')
  })

  it('is typed in the largest unit that holds it whole', () => {
    expect([undefined, 0, 45, 60, 90, 3600, 86400, 172800].map(unitOf)).toEqual(['minutes', 'minutes', 'seconds', 'minutes', 'seconds', 'hours', 'hours', 'day24'])
  })
})

describe('what has changed is said in words', () => {
  it('of the ladder: each level that is another one, and who is called later', () => {
    const before = ladder([0, 'branch_manager'], [60, 'deputy_manager'], [180, 'hq_duty'])
    const after = ladder([0, 'branch_manager'], [120, 'deputy_manager'], [180, 'hq_duty'])
    expect(said(change({ field: 'ladder', before, after }))).toEqual([
      'gone ：第 2 级，1 分后：副职',
      'new ：第 2 级，2 分后：副职',
      'weaker ：副职比原来晚 1 分才被通知',
    ])
  })

  it('of a level that came between: that one alone; of one that is gone: who is not called any more', () => {
    const two = ladder([0, 'branch_manager'], [180, 'hq_duty'])
    const three = ladder([0, 'branch_manager'], [90, 'guard'], [180, 'hq_duty'])
    expect(said(change({ field: 'ladder', before: two, after: three }))).toEqual(['new ：第 2 级，1 分 30 秒后：保安'])
    expect(said(change({ field: 'ladder', before: three, after: two }))).toEqual(['gone ：第 2 级，1 分 30 秒后：保安', 'weaker ：不再通知保安'])
  })

  it('of a gate: each thing that opens or shuts it, and what has become easier', () => {
    const text = { zh: '要有人受伤', en: 'Somebody is hurt' }
    const before = { text, any_of: ['injury'], clearance: 'compliance_officer', override: false, shut_if: [{ fact: 'profile', equals: 'evidence' }] }
    const after = { text, any_of: ['injury', 'major_loss'] }
    expect(said(change({ part: 'steps', name: 'talk', field: 'gate', before, after }))).toEqual([
      'gone 要谁放行：合规',
      'gone 有这些情况就不能做：客户类型是“一言不发取证”',
      'gone ：负责人不能越过',
      'new 记到其中一项：重大损失',
      'new ：负责人可写明原因越过',
      'weaker ：更容易打开：重大损失时也能做',
      'weaker ：客户类型是“一言不发取证”时不再禁止',
      'weaker ：不再需要合规放行',
      'weaker ：负责人现在可以越过',
    ])
    expect(said(change({ part: 'steps', name: 'talk', field: 'gate', before, after: null })).at(-1)).toBe('weaker ：不再有条件，随时可以做')
  })

  it("of a gate's words in the other language alone", () => {
    const [before, after] = ['Somebody is hurt', 'Anybody is hurt'].map((en) => ({ text: { zh: '有人受伤', en }, any_of: ['injury'] }))
    expect(said(change({ part: 'steps', name: 'talk', field: 'gate', before, after }))).toEqual(['gone 给现场看的说明：有人受伤 / Somebody is hurt', 'new 给现场看的说明：有人受伤 / Anybody is hurt'])
  })

  it('of a clock: its length with the unit of its time, and that it is longer', () => {
    const at = { part: 'clocks', name: 'contact' }
    expect(said(change({ ...at, field: 'within', before: 3600, after: 7200 }), [CLOCK])).toEqual(['gone 多久：1 小时', 'new 多久：2 小时', 'weaker ：比原来放长了'])
    expect(said(change({ ...at, field: 'within', before: 3600, after: 1800 }), [CLOCK])).toHaveLength(2)
    const both = [change({ ...at, field: 'within', before: 86400, after: 3 }), change({ ...at, field: 'unit', before: null, after: 'working_days' })]
    const now = [{ ...CLOCK, within: 3, unit: 'working_days' }]
    expect(said(both[0]!, now, both)).toEqual(['gone 多久：1 天', 'new 多久：3 个工作日', 'weaker ：单位变了，请核对长短'])
    expect(said(both[1]!, now, both)).toEqual([])
    expect(said(change({ ...at, field: 'unit', before: 'days', after: 'working_days' }), now)).toHaveLength(3)
  })

  it('of a clock: whom it tells, what meets it, and that it is gone', () => {
    const at = { part: 'clocks', name: 'contact' }
    expect(said(change({ ...at, field: 'tell', before: ['teller'], after: ['guard', 'hq_duty'] }))).toEqual(['gone 通知谁：柜员', 'new 通知谁：保安、总行值班'])
    expect(said(change({ ...at, field: 'met_by', before: ['step:talk'], after: ['closed'] }))).toEqual(['gone 做到什么算办到：做完“联系客户”', 'new 做到什么算办到：办结'])
    expect(said(change({ ...at, before: CLOCK }))).toEqual(['gone 时钟：上报后 1 小时内；要做完“联系客户”、办结；提醒投诉专员', 'weaker ：不再计这个时间'])
    expect(clockLine({ ...CLOCK, tell: undefined }, STEPS)).toContain('提醒没有人')
  })

  it('of who alone may do a step, and of times of the whole', () => {
    expect(said(change({ part: 'steps', name: 'talk', field: 'only', before: ['office_staff'], after: null }))).toEqual(['gone 只能由谁做：办公室'])
    expect(said(change({ field: 'act_within', before: 180, after: 5400 }))).toEqual(['gone 接手后多久内要控场：3 分', 'new 接手后多久内要控场：1 小时 30 分'])
  })
})

describe('what the server refused', () => {
  it('is found where it is mended', () => {
    const doc = { id: 'x', version: 2, steps: STEPS, clocks: [CLOCK] }
    const at = (field: string) => faultsOf([{ field: `content.${field}`, detail: '' }], doc, STEPS)[0]
    expect(at('ladder.1.after')).toMatchObject({ id: '#ladder', name: '第 2 级' })
    expect(at('inform.0')).toMatchObject({ id: '#ladder' })
    expect(at('clocks.0.met_by.1')).toMatchObject({ id: '#clocks', name: '联系客户' })
    expect(at('steps.0.gate.any_of.0')).toMatchObject({ id: 'talk', name: '联系客户' })
    expect(at('summary.zh')).toMatchObject({ id: '' })
  })

  it('and what is different is marked at its place', () => {
    const found = changedPlaces([change({ field: 'ladder' }), change({ part: 'clocks', name: 'contact' }), change({ part: 'steps', name: 'talk' }), change({ field: 'title' })])
    expect([...found].sort()).toEqual(['', '#clocks', '#ladder', 'talk'])
  })
})

it('a condition is a word and comes back', () => {
  for (const each of [{ fact: 'injury' }, { fact: 'profile', equals: 'evidence' }]) expect(conditionOf(keyOf(each))).toEqual(each)
})

describe('what has changed in forms, cards, duties and proposals', () => {
  const label = (zh: string, en = zh) => ({ zh, en })
  const field = (name: string, more: Partial<FieldDoc> = {}): FieldDoc => ({ name, label: label(name), type: 'text', ...more })
  const record = (before: FieldDoc[], after: FieldDoc[]) => said(change({ part: 'steps', name: 'talk', field: 'record', before, after }))

  it('names what a form no longer asks for, no longer requires, and no longer keeps as a fact', () => {
    const kind = field('类型', { type: 'choice', fact: 'profile', choices: [{ value: 'weeping', label: label('大哭') }] })
    expect(record([field('姓名', { required: true }), field('电话'), kind], [field('姓名'), { ...kind, fact: undefined }])).toEqual([
      'gone 完成时要填：姓名（文字 · 必填）',
      'gone 完成时要填：电话（文字）',
      'gone 完成时要填：类型（选一个 · 大哭 · 记作“客户类型”）',
      'new 完成时要填：姓名（文字）',
      'new 完成时要填：类型（选一个 · 大哭）',
      'weaker ：“姓名”不再必填',
      'weaker ：不再要填“电话”',
      'weaker ：“类型”不再记作“客户类型”',
    ])
  })

  it('says both languages where only the other one has changed, and another order as such', () => {
    expect(record([field('a', { label: label('姓名', 'Name') })], [field('a', { label: label('姓名', 'Full name') })])).toEqual(['gone 完成时要填：姓名 / Name（文字）', 'new 完成时要填：姓名 / Full name（文字）'])
    expect(record([field('a'), field('b')], [field('b'), field('a')])).toEqual(['moved 完成时要填：顺序变了'])
  })

  it('warns where a rule of the form asks for less', () => {
    const rule = { when_field: 'relation', when: ['other'], field: 'authority', needs: ['yes'], text: label('要授权书') }
    const rules = (after: unknown) => said(change({ part: 'steps', name: 'talk', field: 'record_rules', before: [rule], after })).filter((each) => each.startsWith('weaker'))
    expect(rules(null)).toEqual(['weaker ：“relation”和“authority”不再这样核对'])
    expect(rules([{ ...rule, needs: ['yes', 'no'] }])).toHaveLength(1)
    expect(rules([{ ...rule, when: ['other', 'family'] }])).toEqual([])
  })

  it('warns of a card that is gone, of who is told no longer, and of what is proposed less often', () => {
    const card = { id: 'weeping', title: label('嚎啕大哭'), signs: [], say: [], avoid: [] }
    expect(said(change({ part: 'cards', name: 'weeping', before: card }))).toEqual(['gone 客户卡片：嚎啕大哭', 'weaker ：这类客户不再有卡片提醒'])
    const duties = (...tell: string[]) => [{ fact: 'injury', tell }]
    expect(said(change({ field: 'duties', before: duties('legal_officer', 'hq_duty'), after: duties('hq_duty') }))).toEqual([
      'gone 告知责任：记到“有人受伤”，通知法务、总行值班',
      'new 告知责任：记到“有人受伤”，通知总行值班',
      'weaker ：记到“有人受伤”不再通知法务',
    ])
    const people = (least: number) => [{ fact: 'head_count', at_least: least, because: label('人多') }]
    expect(said(change({ field: 'proposed_when', before: people(5), after: people(8) }))).toEqual([
      'gone 何时建议：人数不少于 5：人多',
      'new 何时建议：人数不少于 8：人多',
      'weaker ：人数不少于 5，不再建议这个预案',
    ])
    expect(said(change({ field: 'proposed_when', before: people(5), after: people(3) })).filter((each) => each.startsWith('weaker'))).toEqual([])
  })

  it('is opened from its fault, and marked where it has changed', () => {
    const doc = { id: 'x', version: 1, cards: [{ id: 'a', title: label('大哭'), signs: [], say: [], avoid: [] }] }
    const faults = faultsOf([{ field: 'content.cards.0.signs', detail: '空' }, { field: 'content.duties.0.tell', detail: '没人' }], doc, STEPS)
    expect(faults.map(({ id, name }) => `${id} ${name}`)).toEqual(['#cards 大哭', '#facts 按情况触发'])
    expect([...changedPlaces([change({ part: 'cards', name: 'a' }), change({ field: 'proposed_when' })])]).toEqual(['#cards', '#facts'])
  })
})
