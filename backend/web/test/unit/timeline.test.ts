/** Where events stand on the axis and in their lanes, and what the address says of the list. */
import { describe, expect, it } from 'vitest'
import { makeLanes, textWidth, type Naming } from '../../src/auditor/lanes'
import { makeScale } from '../../src/auditor/scale'
import type { Basis, TimelineEvent } from '../../src/auditor/types'
import { dayStart, fromAddress, toAddress, toQuery } from '../../src/list/filters'

const START = Date.parse('2026-11-24T06:05:00.000Z')
const at = (seconds: number): number => START + seconds * 1000
const WIDTH = 1100

function event(seq: number, seconds: number, who = 'a', basis: Basis = 'server', spread = 0): TimelineEvent {
  const time = (ms: number) => new Date(ms).toISOString()
  const estimate = at(seconds)
  return {
    ...{ id: String(seq), incident_id: 'i', seq, position: seq, type: 'note.added', command_id: null, device: null },
    ...{ data: {}, prev_hash: '', hash: '', recorded_at: time(estimate) },
    occurred: { not_before: time(estimate - spread), not_after: time(estimate + spread), estimate: time(estimate), basis },
    actor: { kind: who === 'system' ? 'system' : 'user', id: who, name: who, role: null, org: null },
  }
}

const naming: Naming = { line: ({ seq }) => `event ${seq}`, time: () => '14:05:12', among: (n) => `of ${n}` }

describe('the time axis', () => {
  it('keeps the order, and the proportions where nothing is pressed together', () => {
    const scale = makeScale([at(0), at(10), at(30)], WIDTH)
    expect(scale.breaks).toEqual([])
    const [a, b, c] = [scale.x(at(0)), scale.x(at(10)), scale.x(at(30))]
    expect((c - b) / (b - a)).toBeCloseTo(2, 3)
    expect(c).toBeLessThan(WIDTH)
    expect(scale.x(at(20))).toBeCloseTo((b + c) / 2, 3)
  })

  it('presses hours without events together and says how long they are', () => {
    const busy = Array.from({ length: 40 }, (_, index) => at(index * 3))
    const scale = makeScale([...busy, at(4 * 3600)], WIDTH)
    expect(scale.breaks).toHaveLength(1)
    expect(scale.breaks[0]!.lasts).toBe((4 * 3600 - 117) * 1000)
    expect(scale.x(at(117)) - scale.x(at(0))).toBeGreaterThan(WIDTH * 0.8)
    expect(scale.x(at(4 * 3600))).toBeLessThanOrEqual(WIDTH)
  })

  it('keeps what lies outside at its edges', () => {
    const scale = makeScale([at(0), at(10)], WIDTH)
    expect(scale.x(at(-86400 * 30))).toBeGreaterThanOrEqual(0)
    expect(scale.x(at(86400))).toBeLessThanOrEqual(scale.width)
  })

  it('has round ticks that do not run into each other', () => {
    const { ticks } = makeScale([at(1.3), at(60), at(127)], WIDTH)
    expect(ticks.length).toBeGreaterThan(4)
    for (const [index, tick] of ticks.slice(1).entries()) expect(tick.x - ticks[index]!.x).toBeGreaterThanOrEqual(96)
    for (const tick of ticks.slice(1)) expect(tick.at % 1000).toBe(0)
  })

  it('does with one event, or none', () => {
    expect(makeScale([at(0)], WIDTH).x(at(0))).toBeGreaterThan(0)
    expect(makeScale([], WIDTH).ticks).toEqual([])
  })
})

describe('the lanes', () => {
  const scaleOf = (events: TimelineEvent[]) => makeScale(events.map((each) => Date.parse(each.occurred.estimate)), WIDTH)

  it('stand in the order of their first events, the system last', () => {
    const events = [event(1, 0, 'system'), event(2, 1, 'b'), event(3, 2, 'a'), event(4, 3, 'b')]
    expect(makeLanes(events, scaleOf(events), naming).map((lane) => lane.first.actor.id)).toEqual(['b', 'a', 'system'])
  })

  it('lose no event, however many there are, and draw few marks', () => {
    const events = Array.from({ length: 5000 }, (_, index) => event(index + 1, index, `p${index % 9}`))
    const started = performance.now()
    const lanes = makeLanes(events, scaleOf(events), naming)
    expect(performance.now() - started).toBeLessThan(1000)
    const seqs = lanes.flatMap((lane) => lane.marks.flatMap((mark) => mark.events.map(({ seq }) => seq)))
    expect(seqs.sort((a, b) => a - b)).toEqual(events.map(({ seq }) => seq))
    for (const lane of lanes) expect(lane.marks.length).toBeLessThan(WIDTH / 14)
  })

  it('do not put times of another kind into one mark', () => {
    const events = [event(1, 0), event(2, 0.01, 'a', 'estimated', 2000), event(3, 0.02), event(4, 60)]
    const [lane] = makeLanes(events, scaleOf(events), naming)
    expect(lane!.marks.map((mark) => mark.basis).sort()).toEqual(['estimated', 'server', 'server'])
    const span = lane!.marks.find((mark) => mark.basis === 'estimated')!
    expect(span.from).toBeLessThan(span.x)
    expect(span.to).toBeGreaterThan(span.x)
  })

  it('have words that do not cover each other', () => {
    const events = Array.from({ length: 60 }, (_, index) => event(index + 1, index * 2))
    const [lane] = makeLanes(events, scaleOf(events), naming)
    const ends: Record<string, number> = {}
    for (const { label } of lane!.marks) {
      if (!label) continue
      expect(label.x).toBeGreaterThanOrEqual(ends[label.row] ?? 0)
      ends[label.row] = label.x + textWidth(`${label.text} ${label.time}`)
    }
    expect(Object.keys(ends).length).toBeGreaterThan(1)
  })
})

describe('the filters', () => {
  it('go into the address and come back', () => {
    const filters = fromAddress({ status: 'open', q: '红外套', branch: null, type: ['group_visit', 'x'], other: '1' })
    expect(filters).toMatchObject({ status: 'open', q: '红外套', branch: '', type: 'group_visit' })
    expect(toAddress(filters)).toEqual({ status: 'open', q: '红外套', type: 'group_visit' })
  })

  it('mean days by the calendar of the branch, the last one included', () => {
    const filters = fromAddress({ since: '2026-11-24', until: '2026-11-24', drill: 'false' })
    expect(toQuery(filters, 'Asia/Shanghai')).toEqual({
      since: '2026-11-23T16:00:00.000Z',
      until: '2026-11-24T16:00:00.000Z',
      drill: false,
    })
    expect(dayStart('2026-03-29', 'Europe/Berlin', 1)).toBe('2026-03-29T22:00:00.000Z')
  })

  it('leave out what makes no sense', () => {
    expect(toQuery(fromAddress({ drill: 'perhaps', q: '   ' }), 'UTC')).toEqual({})
  })
})
