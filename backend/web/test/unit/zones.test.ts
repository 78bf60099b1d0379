/** Days and times by a branch's clock, whatever the device's zone is. */
import { describe, expect, it } from 'vitest'
import { addDays, mondayOf, momentOf, wallOf, weekdayOf } from '../../src/rota/zones'

describe('a branch’s clock', () => {
  it('shows eight hours more in Shanghai', () => {
    expect(wallOf(Date.parse('2026-03-11T16:30:00Z'), 'Asia/Shanghai')).toEqual({ date: '2026-03-12', time: '00:30' })
    expect(momentOf({ date: '2026-03-12', time: '00:30' }, 'Asia/Shanghai')).toBe('2026-03-11T16:30:00.000Z')
  })

  it('takes the first of two equal times in autumn, and a moment for one that is skipped in spring', () => {
    expect(momentOf({ date: '2026-10-25', time: '01:30' }, 'Europe/London')).toBe('2026-10-25T00:30:00.000Z')
    expect(momentOf({ date: '2026-10-25', time: '12:00' }, 'Europe/London')).toBe('2026-10-25T12:00:00.000Z')
    expect(momentOf({ date: '2026-03-08', time: '02:30' }, 'America/New_York')).toBe('2026-03-08T07:30:00.000Z')
    expect(momentOf({ date: '2026-03-08', time: '12:00' }, 'America/New_York')).toBe('2026-03-08T16:00:00.000Z')
  })

  it('reads back what it wrote, hour by hour through a year', () => {
    for (let at = Date.parse('2026-01-01T00:00:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 7 * 3_600_000) {
      const wall = wallOf(at, 'America/New_York')
      expect(wallOf(Date.parse(momentOf(wall, 'America/New_York')), 'America/New_York')).toEqual(wall)
    }
  })
})

it('weeks begin on Monday', () => {
  expect([weekdayOf('2026-03-09'), weekdayOf('2026-03-15')]).toEqual([1, 7])
  expect([mondayOf('2026-03-15'), mondayOf('2026-03-09')]).toEqual(['2026-03-09', '2026-03-09'])
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
})
