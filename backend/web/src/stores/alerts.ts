/** Live alerts of this person: each (alert_id, repeat) is shown, and sounds, once. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AlertMessage, AlertOver } from '@/api/types'
import { getValue, putValue } from '@/offline/db'
import { useLive } from './live'

export interface LiveAlert extends AlertMessage {
  kind: 'alert' | 'inform'
  /** False for one that has sounded on this device before (it came again after a reconnect). */
  fresh: boolean
}

/** Its end, with the words it came with: neutral ones, when it was discreet. */
export type Ended = AlertOver & Pick<AlertMessage, 'title'>

const REMEMBERED = 200

export const useAlerts = defineStore('alerts', () => {
  const live = useLive()
  const queue = shallowRef<readonly LiveAlert[]>([])
  const lastOver = shallowRef<Ended | null>(null)
  /** How often a notice of the system has led into the app. */
  const opened = ref(0)
  let sounded: string[] = []

  /** What is in front: to act before to know, immediate before soon, audible before discreet, then the oldest. */
  const current = computed<LiveAlert | null>(() => [...queue.value].sort(byUrgency)[0] ?? null)

  async function start(): Promise<void> {
    live.on('alert', (message) => add('alert', message))
    live.on('inform', (message) => add('inform', message))
    live.on('alert_over', (over) => {
      const ended = queue.value.find((each) => each.alert_id === over.alert_id)
      if (ended) lastOver.value = { ...over, title: ended.title }
      drop((each) => each.alert_id === over.alert_id)
    })
    sounded = (await getValue<string[]>('sounded')) ?? []
  }

  function add(kind: LiveAlert['kind'], message: AlertMessage): void {
    void live.receipt('received', message)
    if (queue.value.some((each) => keyOf(each) === keyOf(message))) return
    const fresh = !sounded.includes(keyOf(message))
    const others = queue.value.filter((each) => each.alert_id !== message.alert_id)
    queue.value = [...others, { ...message, kind, fresh }]
    if (!fresh) return
    sounded = [...sounded, keyOf(message)].slice(-REMEMBERED)
    void putValue('sounded', sounded)
  }

  /** The person has looked at it: the receipt goes out. It stays until `dismiss` or its end. */
  function seen(alert: LiveAlert): void {
    void live.receipt('seen', alert)
    queue.value = queue.value.map((each) => (each === alert ? { ...each, fresh: false } : each))
  }

  function dismiss(alert: Pick<LiveAlert, 'alert_id' | 'repeat'>): void {
    drop((each) => keyOf(each) === keyOf(alert))
  }

  /** All of one incident's are seen and put away; `cards` leaves what asks to act at once. */
  function settle(incident: string, cards = false): void {
    const settled = (each: LiveAlert) => each.incident_id === incident && !(cards && asksNow(each))
    for (const each of queue.value) if (settled(each)) void live.receipt('seen', each)
    drop(settled)
  }

  function drop(match: (each: LiveAlert) => boolean): void {
    queue.value = queue.value.filter((each) => !match(each))
  }

  function clear(): void {
    queue.value = []
    lastOver.value = null
  }

  return { queue, current, lastOver, opened, start, seen, dismiss, settle, clear }
})

/** Asked to act, at once: fills the screen and rings. What is told, or only soon, is a card. */
export const asksNow = (alert: Pick<LiveAlert, 'kind' | 'urgency'>): boolean =>
  alert.kind === 'alert' && alert.urgency === 'immediate'

function keyOf(alert: Pick<AlertMessage, 'alert_id' | 'repeat'>): string {
  return `${alert.alert_id}:${alert.repeat}`
}

function byUrgency(a: LiveAlert, b: LiveAlert): number {
  // What is heard is also what is seen: between equals the discreet one, which makes no sound, waits.
  const rank = (each: LiveAlert) =>
    (asksNow(each) ? 0 : 8) + (each.kind === 'alert' ? 0 : 4) + (each.urgency === 'immediate' ? 0 : 2) + (each.discreet ? 1 : 0)
  return rank(a) - rank(b) || a.raised_at.localeCompare(b.raised_at)
}
