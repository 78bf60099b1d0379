/** The check in a thread of its own: the page stays quick, whatever it finds. */
import { checkBundle, checkTimeline, type ReadTimeline } from './check'
import type { Verdict } from './faults'

export type Order = { do: 'timeline'; read: ReadTimeline } | { do: 'file'; text: string; key: string | null }
export type Answer =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'failed'; why: string }

const tell = (answer: Answer): void => self.postMessage(answer)
const progress = (done: number, total: number): void => tell({ kind: 'progress', done, total })

self.onmessage = (message: MessageEvent<Order>) => {
  check(message.data).then(
    (verdict) => tell({ kind: 'verdict', verdict }),
    (error: unknown) => tell({ kind: 'failed', why: String(error) }),
  )
}

function check(order: Order): Promise<Verdict> {
  if (order.do === 'timeline') return checkTimeline(order.read, progress)
  return checkBundle(parsed(order.text), order.key, progress)
}

/** Undefined where it is no JSON: that is no bundle either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
