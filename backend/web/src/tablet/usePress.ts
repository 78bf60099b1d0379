/** A press of a button and how long it took. Touch gives no click after a long one, so the pointer is followed. */
import { onScopeDispose } from 'vue'

const LATE_CLICK_MS = 1000

export function usePress(pressed: (heldMs: number) => void) {
  let down: { id: number; at: number } | null = null
  let lastUp = Number.NEGATIVE_INFINITY
  onScopeDispose(() => (down = null))

  return {
    pointerdown(event: PointerEvent): void {
      if (event.isPrimary && event.button === 0) down = { id: event.pointerId, at: event.timeStamp }
    },
    pointerup(event: PointerEvent): void {
      if (down?.id !== event.pointerId) return
      const held = event.timeStamp - down.at
      down = null
      lastUp = event.timeStamp
      pressed(held)
    },
    pointercancel(): void {
      down = null
    },
    pointerleave(): void {
      down = null
    },
    /** From the keyboard or a screen reader; the one that follows a pointer is the same press. */
    click(event: MouseEvent): void {
      if (event.timeStamp - lastUp > LATE_CLICK_MS) pressed(0)
    },
    contextmenu(event: Event): void {
      event.preventDefault()
    },
  }
}
