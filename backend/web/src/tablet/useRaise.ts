/** One tap sends; for ten seconds it can be taken back. One at a time is on the bar. */
import { shallowRef } from 'vue'
import type { Playbook } from '@/api/types'
import { t } from '@/i18n'
import { newId } from '@/offline/ids'
import { useLive } from '@/stores/live'
import type { RaiseOptions } from '@/stores/queue'
import { useQueue } from '@/stores/queue'

const UNDO_MS = 10_000
const SAME_TAP_MS = 1500
/** Mostly the answer comes sooner: drawing the bar before it would only hold the word "sent" up. */
const SOON_MS = 80
const ANSWER_MS = 400
const DRAWN_MS = 32
const KEPT_MS = 150

export interface Raised {
  id: string
  /** null for the moment while it is being signed and written down. */
  seq: number | null
  book: Playbook
  until: number
}

// One for the whole tablet: the bar goes with the teller from the home to the checklist.
const raised = shallowRef<Raised | null>(null)
const undone = shallowRef<Playbook | null>(null)
/** It could not even be written down: the disk is full, or not to be had. */
const failed = shallowRef<Playbook | null>(null)
let newest = { id: '', type: '', at: 0 }

export function useRaise() {
  const queue = useQueue()
  const live = useLive()

  /** The bar is drawn once, with the server's answer; where that takes longer than usual, it says that the alarm is
   *  on its way, and "kept" when the disk has it and the answer is still out. Resolves with the incident's id once
   *  it is safe on this device. A trembling finger counts once. */
  async function raise(book: Playbook, options: RaiseOptions = {}): Promise<string | null> {
    const at = performance.now()
    if (newest.type === book.id && at - newest.at < SAME_TAP_MS) return null
    const id = newId()
    newest = { id, type: book.id, at }
    const until = Date.now() + UNDO_MS
    let drawn = false
    let safe = false
    /** One that was taken back stays away, and so does one that was followed by another. */
    const draw = (seq: number | null): void => {
      clearTimeout(late)
      if (newest.id !== id || (drawn && !raised.value)) return
      drawn = true
      raised.value = { id, seq, book, until }
      undone.value = failed.value = null
    }
    const numbered = ({ seq }: { seq: number }): void => {
      stop()
      if (!safe) draw(seq)
      safe = true
    }
    const late = setTimeout(() => draw(null), live.line === 'offline' ? 0 : SOON_MS)
    const stop = queue.onAnswered((kept) => kept.incident === id && numbered(kept))
    try {
      const kept = await queue.raise(book.id, { ...options, id })
      setTimeout(() => numbered(kept), kept.tried ? 0 : KEPT_MS)
      return id
    } catch {
      stop()
      clearTimeout(late)
      if (raised.value?.id === id) raised.value = null
      failed.value = book
      newest = { id: '', type: '', at: 0 }
      return null
    }
  }

  /** The bar says "sent", or there is no answer yet: drawing a whole page would hold the word up. */
  function said(id: string): Promise<void> {
    return new Promise((resolve) => {
      const stop = queue.onAnswered((kept) => {
        if (kept.incident !== id) return
        setTimeout(over, DRAWN_MS)
      })
      const timer = setTimeout(over, ANSWER_MS)
      function over(): void {
        stop()
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** A cancel erases nothing; those who were told are told. */
  async function undo(): Promise<void> {
    const current = raised.value
    if (!current) return
    raised.value = null
    undone.value = current.book
    await queue.send('cancel', current.id, { reason: t('tablet.raised.undoReason') })
    setTimeout(() => (undone.value = null), 4000)
  }

  const over = (): void => {
    raised.value = null
  }

  return { raised, undone, failed, raise, said, undo, over }
}
