import 'fake-indexeddb/auto'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AlertMessage, AlertOver } from '../../src/api/types'
import { Alarm, type Heard } from '../../src/phone/alarm'
import { whenLookedAt } from '../../src/phone/looking'
import { putValue } from '../../src/offline/db'
import { useAlerts } from '../../src/stores/alerts'

const live = vi.hoisted(() => ({
  heard: {} as Record<string, (payload: unknown) => void>,
  receipts: [] as string[],
}))
vi.mock('../../src/stores/live', () => ({
  useLive: () => ({
    on: (event: string, listener: (payload: unknown) => void) => (live.heard[event] = listener),
    receipt: (kind: string, { alert_id, repeat }: AlertMessage) => live.receipts.push(`${kind} ${alert_id}:${repeat}`),
  }),
}))

const alert = (more: Partial<Heard> = {}): Heard => ({
  alert_id: 'a',
  repeat: 0,
  kind: 'alert',
  urgency: 'immediate',
  discreet: false,
  fresh: true,
  ...more,
})

const message = (more: Partial<AlertMessage> = {}): AlertMessage => ({
  alert_id: 'a',
  repeat: 0,
  incident_id: 'i',
  reason: 'raised',
  urgency: 'immediate',
  discreet: false,
  drill: false,
  title: { zh: '群体来访', en: 'Group visit' },
  branch: { id: 'east-01', name: '城东支行营业部' },
  raised_at: '2026-11-24T06:05:12.000Z',
  ...more,
})

let rings: string[] = []
const voice = { ring: (soft: boolean) => void rings.push(soft ? 'soft' : 'ring'), hush: () => void rings.push('hush') }

beforeEach(() => {
  rings = []
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => vi.useRealTimers())

describe('the alarm', () => {
  it('rings again and again until somebody looks, and then no more for this alert', () => {
    const alarm = new Alarm(voice)
    alarm.update([alert()])
    vi.advanceTimersByTime(5000)
    expect(rings).toEqual(['ring', 'ring', 'ring'])
    alarm.hush()
    alarm.update([alert()])
    vi.advanceTimersByTime(60_000)
    expect(rings).toEqual(['ring', 'ring', 'ring', 'hush'])
  })

  it('does not begin anew when the same one arrives again, but does for its next repeat', () => {
    const alarm = new Alarm(voice)
    alarm.update([alert()])
    alarm.update([alert(), alert()])
    expect(rings).toEqual(['ring'])
    alarm.hush()
    alarm.update([alert({ repeat: 1 })])
    expect(rings).toEqual(['ring', 'hush', 'ring'])
    alarm.update([])
  })

  it('is silent for what sounded before, on this device', () => {
    const alarm = new Alarm(voice)
    alarm.update([alert({ fresh: false })])
    vi.advanceTimersByTime(10_000)
    expect(rings).toEqual([])
    expect(alarm.ringing).toBe(false)
  })

  it('never makes a sound for a discreet one, told or asked', () => {
    const alarm = new Alarm(voice)
    alarm.update([alert({ discreet: true }), alert({ alert_id: 'b', discreet: true, kind: 'inform' })])
    vi.advanceTimersByTime(10_000)
    expect(rings).toEqual([])
  })

  it('has one soft tone for what is told, and for what is only soon', () => {
    const alarm = new Alarm(voice)
    alarm.update([alert({ kind: 'inform' })])
    alarm.update([alert({ kind: 'inform' }), alert({ alert_id: 'b', urgency: 'soon' })])
    alarm.update([alert({ kind: 'inform' }), alert({ alert_id: 'b', urgency: 'soon' })])
    vi.advanceTimersByTime(10_000)
    expect(rings).toEqual(['soft', 'soft'])
  })

  it('stops when the alert is over, and rings on while another is live', () => {
    const told: boolean[] = []
    const alarm = new Alarm(voice, (now) => told.push(now))
    alarm.update([alert(), alert({ alert_id: 'b' })])
    alarm.update([alert({ alert_id: 'b' })])
    vi.advanceTimersByTime(2400)
    expect(rings).toEqual(['ring', 'ring'])
    alarm.update([])
    vi.advanceTimersByTime(10_000)
    expect(rings).toEqual(['ring', 'ring', 'hush'])
    expect(told).toEqual([true, false])
  })
})

describe('looking', () => {
  function page() {
    const window = new EventTarget()
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState, hasFocus: () => true })
    return { window, document } as unknown as { window: Window; document: Document & { visibilityState: string } }
  }

  it('needs a sign of somebody, not only a page in front', () => {
    const looked = vi.fn()
    const { window, document } = page()
    whenLookedAt(looked, { window, document })
    expect(looked).not.toHaveBeenCalled()
    window.dispatchEvent(new Event('pointerdown'))
    window.dispatchEvent(new Event('pointerdown'))
    expect(looked).toHaveBeenCalledTimes(1)
  })

  it('does not count while the page is hidden or without focus; coming to the front counts', () => {
    const looked = vi.fn()
    const { window, document } = page()
    document.visibilityState = 'hidden'
    whenLookedAt(looked, { window, document })
    window.dispatchEvent(new Event('pointermove'))
    expect(looked).not.toHaveBeenCalled()
    document.visibilityState = 'visible'
    document.hasFocus = () => false
    document.dispatchEvent(new Event('visibilitychange'))
    expect(looked).not.toHaveBeenCalled()
    document.hasFocus = () => true
    window.dispatchEvent(new Event('focus'))
    expect(looked).toHaveBeenCalledTimes(1)
  })

  it('can be ended', () => {
    const looked = vi.fn()
    const { window, document } = page()
    whenLookedAt(looked, { window, document })()
    window.dispatchEvent(new Event('keydown'))
    expect(looked).not.toHaveBeenCalled()
  })
})

describe('the live alerts', () => {
  async function begun() {
    live.receipts.length = 0
    setActivePinia(createPinia())
    const alerts = useAlerts()
    await alerts.start()
    return alerts
  }
  const hear = (event: string, payload: AlertMessage | AlertOver) => live.heard[event]!(payload)

  beforeEach(() => putValue('sounded', []))

  it('say that they have arrived at once, and that they were seen only when somebody has looked', async () => {
    const alerts = await begun()
    hear('alert', message())
    expect(live.receipts).toEqual(['received a:0'])
    alerts.seen(alerts.current!)
    expect(live.receipts).toEqual(['received a:0', 'seen a:0'])
    expect(alerts.current?.fresh).toBe(false)
  })

  it('sound once each over all, also after the page was loaded again', async () => {
    const first = await begun()
    hear('alert', message())
    expect(first.current?.fresh).toBe(true)
    await vi.waitFor(async () => {
      const again = await begun()
      hear('alert', message())
      expect(again.current?.fresh).toBe(false)
    })
    const again = await begun()
    hear('alert', message({ repeat: 1 }))
    expect(again.current?.fresh).toBe(true)
  })

  it('close when the alert is over, and keep who took charge', async () => {
    const alerts = await begun()
    hear('alert', message())
    hear('alert', message({ alert_id: 'b', incident_id: 'j' }))
    const by = { id: '1', username: 'office1', name: '何静' }
    hear('alert_over', { alert_id: 'a', incident_id: 'i', because: 'acknowledged', by })
    expect(alerts.queue.map((each) => each.alert_id)).toEqual(['b'])
    expect(alerts.lastOver?.by?.name).toBe('何静')
  })

  it('are settled together when they are of one incident', async () => {
    const alerts = await begun()
    hear('alert', message())
    hear('alert', message({ alert_id: 'step', urgency: 'soon' }))
    hear('inform', message({ alert_id: 'told' }))
    hear('alert', message({ alert_id: 'b', incident_id: 'j' }))
    live.receipts.length = 0
    alerts.settle('i', true)
    expect(alerts.queue.map((each) => each.alert_id)).toEqual(['a', 'b'])
    alerts.settle('i')
    expect(alerts.queue.map((each) => each.alert_id)).toEqual(['b'])
    expect(live.receipts).toEqual(['seen step:0', 'seen told:0', 'seen a:0'])
  })

  it('put to act before to know, and what is heard before what is not', async () => {
    const alerts = await begun()
    hear('inform', message({ alert_id: 'told' }))
    hear('alert', message({ alert_id: 'discreet', discreet: true, raised_at: '2026-11-24T06:00:00.000Z' }))
    hear('alert', message({ alert_id: 'heard' }))
    expect(alerts.current?.alert_id).toBe('heard')
    alerts.dismiss(alerts.current!)
    expect(alerts.current?.alert_id).toBe('discreet')
    alerts.dismiss(alerts.current!)
    expect(alerts.current?.alert_id).toBe('told')
  })
})
