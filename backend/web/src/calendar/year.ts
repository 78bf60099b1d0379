/** A year of working days, month by month; what a file would change in it. */
import type { components } from '@/api/schema'
import type { TextKey } from '@/i18n'
import { addDays, weekdayOf } from '@/rota/zones'

export type CalendarDay = components['schemas']['CalendarDay']
export type Year = components['schemas']['CalendarYear']
export type ImportedYear = components['schemas']['ImportedYear']

/** The server knows no earlier and no later ones. */
export const FIRST_YEAR = 2024
export const LAST_YEAR = 2100
/** Characters of a file. */
export const LONGEST_FILE = 20_000

export interface Cell {
  date: string
  number: number
  weekend: boolean
  /** Unlike the plain week: a weekday off, a weekend worked. */
  mark: 'off' | 'worked' | null
}

/** Twelve months of weeks from Monday to Sunday; null where a day is of another month. */
export function monthsOf(year: number, days: readonly CalendarDay[]): (Cell | null)[][][] {
  const known = new Map(days.map(({ date, working }) => [date, working]))
  return Array.from({ length: 12 }, (_, month) => weeksOf(firstOf(year, month), firstOf(year, month + 1), known))
}

const firstOf = (year: number, month: number): string => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)

function weeksOf(first: string, next: string, known: ReadonlyMap<string, boolean>): (Cell | null)[][] {
  const cells: (Cell | null)[] = Array.from({ length: weekdayOf(first) - 1 }, () => null)
  for (let date = first; date < next; date = addDays(date, 1)) cells.push(cellOf(date, known.get(date)))
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

function cellOf(date: string, working: boolean | undefined): Cell {
  const weekend = isWeekend(date)
  const mark = working === undefined || working !== weekend ? null : working ? 'worked' : 'off'
  return { date, number: Number(date.slice(8)), weekend, mark }
}

const isWeekend = (date: string): boolean => weekdayOf(date) > 5

/** Days one after another to which the same happens. */
export interface Run {
  from: string
  to: string
  what: TextKey
}

/** What becomes of the days: a holiday, a worked weekend, or what the plain week says. */
export function runsOf(days: readonly CalendarDay[]): Run[] {
  const runs: Run[] = []
  for (const { date, working } of days) {
    const last = runs.at(-1)
    const what: TextKey = `calendar.becomes.${working ? 'worked' : 'off'}${isWeekend(date) ? 'Weekend' : 'Weekday'}`
    if (last?.what === what && addDays(last.to, 1) === date) last.to = date
    else runs.push({ from: date, to: date, what })
  }
  return runs
}

export const countOf = (days: readonly CalendarDay[], working: boolean): number => days.filter((each) => each.working === working).length
