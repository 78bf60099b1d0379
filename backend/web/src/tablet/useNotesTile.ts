/** The notes tile opens the notes, however long it is pressed. Held long, it also tells the complaint officer and
 *  the managers, in silence; what is on this screen is the same to the pixel and to the millisecond. */
import type { RaiseOptions } from '@/stores/queue'

const HELD_MS = 800
const COVERT = 'media_covert'

interface House {
  open: () => void
  raise: (type: string, options: RaiseOptions) => Promise<unknown>
}

export function notesTile({ open, raise }: House): (heldMs: number) => void {
  return (heldMs) => {
    open()
    if (heldMs >= HELD_MS) raise(COVERT, { quiet: true }).catch(() => undefined)
  }
}
