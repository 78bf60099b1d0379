/** A year of working days: its months, its marks, and what a file would change. */
import { describe, expect, it } from 'vitest'
import { countOf, monthsOf, runsOf } from '@/calendar/year'

const off = (date: string) => ({ date, working: false })
const worked = (date: string) => ({ date, working: true })

describe('a year', () => {
  it('has twelve months of whole weeks that begin on Monday', () => {
    const months = monthsOf(2026, [])
    expect(months).toHaveLength(12)
    expect(months.flat().every((week) => week.length === 7)).toBe(true)
    expect(months.flat(2).filter(Boolean)).toHaveLength(365)
    // 1 March 2026 is a Sunday.
    expect(months[2]![0]!.map((cell) => cell?.number ?? 0)).toEqual([0, 0, 0, 0, 0, 0, 1])
    expect(months[2]!.at(-1)!.map((cell) => cell?.number ?? 0)).toEqual([30, 31, 0, 0, 0, 0, 0])
    expect(monthsOf(2028, []).flat(2).filter(Boolean)).toHaveLength(366)
  })

  it('marks a weekday off and a weekend day worked, and nothing that the plain week says', () => {
    const days = [off('2027-01-01'), worked('2027-01-09'), off('2027-01-10'), worked('2027-01-11')]
    const marked = monthsOf(2027, days).flat(2).filter((cell) => cell?.mark)
    expect(marked).toEqual([
      { date: '2027-01-01', number: 1, weekend: false, mark: 'off' },
      { date: '2027-01-09', number: 9, weekend: true, mark: 'worked' },
    ])
  })
})

describe('what a file would change', () => {
  it('is told in runs of days to which the same happens', () => {
    // Monday to Wednesday off, the Saturday after worked; New Year's Day works again.
    const days = [worked('2027-01-01'), off('2027-02-08'), off('2027-02-09'), off('2027-02-10'), worked('2027-02-13'), off('2027-02-14')]
    expect(runsOf(days)).toEqual([
      { from: '2027-01-01', to: '2027-01-01', what: 'calendar.becomes.workedWeekday' },
      { from: '2027-02-08', to: '2027-02-10', what: 'calendar.becomes.offWeekday' },
      { from: '2027-02-13', to: '2027-02-13', what: 'calendar.becomes.workedWeekend' },
      { from: '2027-02-14', to: '2027-02-14', what: 'calendar.becomes.offWeekend' },
    ])
  })

  it('begins a new run where a day lies between, also over the end of a month', () => {
    const days = [off('2027-04-30'), off('2027-05-03'), off('2027-05-31'), off('2027-06-01')]
    expect(runsOf(days).map(({ from, to }) => [from, to])).toEqual([
      ['2027-04-30', '2027-04-30'],
      ['2027-05-03', '2027-05-03'],
      ['2027-05-31', '2027-06-01'],
    ])
  })

  it('counts days off and worked ones apart', () => {
    const days = [off('2027-01-01'), worked('2027-01-09'), off('2027-02-08')]
    expect([countOf(days, false), countOf(days, true)]).toEqual([2, 1])
  })
})
