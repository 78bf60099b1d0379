/** Weeks of a review: ISO weeks, also where years meet. */
import { expect, it } from 'vitest'
import { weeksLater } from '@/after/weeks'

it('goes from week to week over the end of a year', () => {
  expect(weeksLater('2026-W47', 1)).toBe('2026-W48')
  expect(weeksLater('2026-W53', 1)).toBe('2027-W01')
  expect(weeksLater('2027-W01', -1)).toBe('2026-W53')
  expect(weeksLater('2025-W01', -1)).toBe('2024-W52')
  expect(weeksLater('2026-W11', 0)).toBe('2026-W11')
})
