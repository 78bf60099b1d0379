import { describe, expect, it } from 'vitest'
import type { Me, Playbook } from '../../src/api/types'
import { placeOf, type Place } from '../../src/desk/places'
import { rightsOf } from '../../src/incident/rights'
import { actsOf } from '../../src/phone/acts'
import { counterOf, knownFacts, nextLevel, reporters, whoKnows } from '../../src/phone/alertWords'
import { asCard } from '../../src/phone/cards'
import { deadlineText } from '../../src/phone/deadlineWords'
import type { Shown } from '../../src/stores/overlay'


const NOW = Date.parse('2026-11-24T06:05:30.000Z')
const person = (id: string) => ({ id, username: id, name: id })
const me = (id: string, role: string, org = 'east-01'): Me => ({ ...person(id), roles: [{ role, org: { id: org, name: org } }] })

function incident(more: Partial<Shown> = {}): Shown {
  return {
    id: 'i',
    status: 'open',
    branch: { id: 'east-01', name: '城东支行营业部' },
    in_charge: null,
    opened_at: '2026-11-24T06:05:12.000Z',
    facts: {},
    flags: [],
    steps: [],
    informed: [],
    reported_by: [{ at: '2026-11-24T06:05:12.000Z', user: person('teller') }],
    alerts: [
      {
        id: 'a',
        level: 1,
        repeat: 0,
        raised_at: '2026-11-24T06:05:12.000Z',
        reason: 'raised',
        acknowledged_at: null,
        acknowledged_by: null,
        recipients: [
          { user: person('manager'), role: 'branch_manager', channels: [{ channel: 'socket', state: 'delivered', at: '' }] },
          { user: person('office'), role: 'office_staff', channels: [{ channel: 'socket', state: 'seen', at: '' }] },
        ],
      },
    ],
    next_deadline: null,
    ...more,
  } as unknown as Shown
}

const acts = (shown: Shown, who: Me, now = NOW) => actsOf(shown, rightsOf(shown, who), who, now)
const all = (shown: Shown, who: Me, now = NOW) => [...acts(shown, who, now).may].sort()

describe('what a person may do', () => {
  it('offers the manager to take charge, and afterwards to contain, to close, to reopen', () => {
    const manager = me('manager', 'branch_manager')
    const taken = { in_charge: person('manager') }
    expect(acts(incident(), manager).primary).toBe('take')
    expect(acts(incident({ status: 'acknowledged', ...taken }), manager).primary).toBe('contain')
    expect(acts(incident({ status: 'contained', ...taken }), manager).primary).toBe('close')
    expect(acts(incident({ status: 'closed', ...taken }), manager).primary).toBe('reopen')
    expect(acts(incident({ status: 'cancelled', ...taken }), manager).primary).toBe(null)
  })

  it('lets the office take charge, decline and change the type, but cancel nothing', () => {
    expect(all(incident(), me('office', 'office_staff'))).toEqual(['add-playbook', 'decline', 'escalate', 'reclassify', 'take'])
  })

  it('asks the guard, who was not alerted, for nothing', () => {
    const guard = acts(incident(), me('guard', 'guard'))
    expect(guard.primary).toBe(null)
    expect([...guard.may].sort()).toEqual(['add-playbook', 'escalate'])
  })

  it('gives the reporter a minute to cancel and ten to change the type', () => {
    const teller = me('teller', 'teller')
    expect(all(incident(), teller)).toEqual(['add-playbook', 'cancel', 'escalate', 'reclassify'])
    expect(all(incident(), teller, NOW + 60_000)).toEqual(['add-playbook', 'escalate', 'reclassify'])
    expect(all(incident(), teller, NOW + 600_000)).toEqual(['add-playbook', 'escalate'])
  })

  it('no longer offers to decline once somebody is in charge', () => {
    const shown = incident({ status: 'acknowledged', in_charge: person('manager') })
    expect(acts(shown, me('office', 'office_staff')).may.has('decline')).toBe(false)
  })
})

describe('the words of an alert', () => {
  it('say what is known', () => {
    expect(knownFacts(incident({ facts: { head_count: 4 }, flags: ['incites_others', 'threat_media'] }))).toBe('来了 4 人，煽动他人，扬言找媒体')
    expect(knownFacts(incident())).toBe('')
  })

  it('say which counter: what was written down, else the tablet; a locked one stands for who raised it', () => {
    const reported_by = [{ at: '', device: 'd', device_name: '5 号柜台' }] as Shown['reported_by']
    expect(counterOf(incident({ reported_by }))).toBe('5 号柜台')
    expect(reporters(incident({ reported_by }))).toBe('5 号柜台上报')
    expect(counterOf(incident({ reported_by, facts: { counter_no: '3' } }))).toBe('3 号柜台')
    expect(counterOf(incident())).toBe('')
  })

  it('say who has seen it, and never count oneself', () => {
    expect(whoKnows(incident(), 'manager')).toBe('office已看到，还没人接手')
    expect(whoKnows(incident(), 'office')).toBe('还没人接手')
    expect(whoKnows(incident({ in_charge: person('office') }), 'manager')).toBe('office在负责')
  })

  it('say who is next, and when only if that is what comes next', () => {
    const book = { ladder: [{ after: 0, tell: ['branch_manager'] }, { after: 60, tell: ['deputy_manager', 'counter_supervisor'] }] } as unknown as Playbook
    expect(nextLevel(incident(), book)).toEqual({ roles: '副职、柜面主管', at: null })
    const at = '2026-11-24T06:06:12.000Z'
    expect(nextLevel(incident({ next_deadline: { at, what: 'ladder' } }), book)?.at).toBe(at)
    expect(nextLevel(incident({ status: 'acknowledged' }), book)).toBe(null)
  })

  it('name the next deadline, and what is missed', () => {
    const due = (what: string) => ({ next_deadline: { at: '', what } })
    expect(deadlineText(due('act_within'))).toBe('内须完成控场')
    expect(deadlineText(due('clock:report_up'))).toBe('内须报告主管')
    expect(deadlineText(due('step:divert'), true)).toBe('步骤超时')
    expect(deadlineText(due('something'))).toBe('下一个时限')
  })
})

describe('where one is', () => {
  const places = ['/duty', '/incidents', '/audit/file', '/desk', '/desk/devices'].map((to) => ({ to }) as Place)

  it('is the nearest place above the address, and none that is only named alike', () => {
    expect(placeOf(places, '/desk/devices')).toBe('/desk/devices')
    expect(placeOf(places, '/desk/staff')).toBe('/desk')
    expect(placeOf(places, '/audit/1')).toBeUndefined()
  })
})

describe('a card over the page', () => {
  const soon = { incident_id: 'i', kind: 'alert', urgency: 'soon' } as const

  it('is there for what is told or only soon, but never over the page of its own incident', () => {
    expect(asCard(soon, '/duty')).toBe(true)
    expect(asCard(soon, '/duty/incidents/other')).toBe(true)
    expect(asCard(soon, '/duty/incidents/i')).toBe(false)
    expect(asCard({ ...soon, urgency: 'immediate' }, '/duty')).toBe(false)
  })
})
