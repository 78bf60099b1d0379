/** A press of a button, at the moment the finger leaves it, and how long it took. The click that would follow comes
 *  some 20 ms later on a slow tablet, never after a long press, and hits whatever lies under the finger by then. */
import { onScopeDispose } from 'vue'

const LATE_CLICK_MS = 1000

export function usePress(pressed: (heldMs: number) => void) {
  let down: { id: number; at: number } | null = null
  let lastUp = Number.NEGATIVE_INFINITY
  onScopeDispose(() => (down = null))

  return {
    pointerdown(event: PointerEvent): void {
      if (!event.isPrimary || event.button !== 0) return
      down = { id: event.pointerId, at: event.timeStamp }
      // A finger that slides off is to leave the button, as a mouse does.
      const touched = event.target as Element
      if (touched.hasPointerCapture?.(event.pointerId)) touched.releasePointerCapture(event.pointerId)
    },
    pointerup(event: PointerEvent): void {
      if (down?.id !== event.pointerId) return
      const held = event.timeStamp - down.at
      down = null
      lastUp = event.timeStamp
      pressed(held)
    },
    /** No click, and no mouse that is not there. */
    touchend(event: TouchEvent): void {
      if (event.cancelable) event.preventDefault()
    },
    pointercancel(): void {
      down = null
    },
    pointerleave(): void {
      down = null
    },
    /** From the keyboard or a screen reader; the one that follows a mouse is the same press. */
    click(event: MouseEvent): void {
      if (event.timeStamp - lastUp > LATE_CLICK_MS) pressed(0)
    },
    contextmenu(event: Event): void {
      event.preventDefault()
    },
  }
}
