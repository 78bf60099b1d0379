import type { Delivery, Recipient } from '@/api/types'

const ORDER: Delivery[] = ['unreachable', 'failed', 'queued', 'sent', 'delivered', 'seen', 'in_charge']

/** The furthest that any channel got to somebody, and when. */
export function furthest(recipient: Recipient): { state: Delivery; at: string; detail?: string } | null {
  let best: { state: Delivery; at: string; detail?: string } | null = null
  for (const { state, at, detail } of recipient.channels) {
    const known = ORDER.indexOf(state as Delivery)
    if (known >= 0 && (!best || known > ORDER.indexOf(best.state))) best = { state: ORDER[known]!, at, detail }
  }
  return best
}
