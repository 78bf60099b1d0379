// @vitest-environment happy-dom
/** A press counts once, when the finger leaves the button, and not where it has slid off. */
import { beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { usePress } from '@/ui/usePress'

const pressed = vi.fn()
let press: ReturnType<typeof usePress>
const pointer = (timeStamp: number, more = {}) => ({ isPrimary: true, button: 0, pointerId: 1, timeStamp, target: document.body, ...more }) as unknown as PointerEvent
const click = (timeStamp: number) => ({ timeStamp }) as MouseEvent

beforeEach(() => {
  pressed.mockReset()
  press = effectScope().run(() => usePress(pressed))!
})

test('it counts when the finger leaves, with the time that it rested', () => {
  press.pointerdown(pointer(100))
  expect(pressed).not.toHaveBeenCalled()
  press.pointerup(pointer(1000))
  expect(pressed.mock.calls).toEqual([[900]])
})

test('no click follows a touch: something else may lie there by then', () => {
  const touch = { cancelable: true, preventDefault: vi.fn() }
  press.touchend(touch as unknown as TouchEvent)
  expect(touch.preventDefault).toHaveBeenCalledOnce()
})

test('the click after a mouse is the same press, the one from a keyboard is one of its own', () => {
  press.pointerdown(pointer(100))
  press.pointerup(pointer(150))
  press.click(click(151))
  expect(pressed).toHaveBeenCalledOnce()
  press.click(click(5000))
  expect(pressed.mock.calls.at(-1)).toEqual([0])
})

test('a finger that slides off or begins to scroll presses nothing', () => {
  for (const away of [press.pointerleave, press.pointercancel]) {
    press.pointerdown(pointer(100))
    away()
    press.pointerup(pointer(200))
  }
  expect(pressed).not.toHaveBeenCalled()
})

test('a touch is let go, so that sliding off is told', () => {
  const target = { hasPointerCapture: () => true, releasePointerCapture: vi.fn() }
  press.pointerdown(pointer(100, { target }))
  expect(target.releasePointerCapture).toHaveBeenCalledWith(1)
})

test('a second finger and a right button press nothing', () => {
  press.pointerdown(pointer(100, { isPrimary: false }))
  press.pointerup(pointer(200))
  press.pointerdown(pointer(300, { button: 2 }))
  press.pointerup(pointer(400))
  expect(pressed).not.toHaveBeenCalled()
})
