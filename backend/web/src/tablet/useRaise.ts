/** One tap sends; for ten seconds it can be taken back. One at a time is on the bar. */
import { ref, shallowRef } from 'vue'
import type { Playbook } from '@/api/types'
import { t } from '@/i18n'
import { newId } from '@/offline/ids'
import type { RaiseOptions } from '@/stores/queue'
import { useQueue } from '@/stores/queue'

const UNDO_MS = 10_000
const SAME_TAP_MS = 1500
/** The bar shows up by then, also where signing takes its time. */
const SHOWN_MS = 40
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
const busy = ref<string | null>(null)
let lastTap = { type: '', at: 0 }

export function useRaise() {
  const queue = useQueue()

  /** The bar is drawn while the request is on its way, and not before it: drawing takes longer than signing.
   *  From then on it can be undone; it says "kept" when the disk is slow to be answered, and "sent" when the
   *  server has. Resolves with the incident's id once it is safe on this device. A trembling finger counts once. */
  async function raise(book: Playbook, options: RaiseOptions = {}): Promise<string | null> {
    const at = performance.now()
    if (lastTap.type === book.id && at - lastTap.at < SAME_TAP_MS) return null
    lastTap = { type: book.id, at }
    const id = newId()
    const shown: Raised = { id, seq: null, book, until: Date.now() + UNDO_MS }
    let due = true
    const show = (): void => {
      clearTimeout(late)
      if (!due) return
      due = false
      busy.value = book.id
      raised.value = shown
      undone.value = failed.value = null
    }
    const late = setTimeout(show, SHOWN_MS)
    const numbered = ({ seq }: { seq: number }): void => {
      stop()
      if (raised.value === shown) raised.value = { ...shown, seq }
    }
    // With a line the answer comes about as soon as the disk's: drawing "kept" first would hold "sent" up.
    const stop = queue.onAnswered((kept) => kept.incident === id && numbered(kept))
    try {
      const kept = await queue.raise(book.id, { ...options, id, onItsWay: show })
      setTimeout(() => numbered(kept), kept.tried ? 0 : KEPT_MS)
      return id
    } catch {
      stop()
      show()
      if (raised.value === shown) raised.value = null
      failed.value = book
      lastTap = { type: '', at: 0 }
      return null
    } finally {
      busy.value = null
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

  return { raised, undone, failed, busy, raise, said, undo, over }
}
