/** Days and times by the clocks of a branch, whatever this device's zone is. */

export interface Wall {
  /** YYYY-MM-DD */
  date: string
  /** HH:MM */
  time: string
}

/** What the clocks of the zone show at a moment. */
export function wallOf(at: number, zone: string): Wall {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}

/** A moment (RFC 3339) by the clocks of the zone: 2026-03-12 00:30. */
export function wallText(at: string, zone: string): string {
  const { date, time } = wallOf(Date.parse(at), zone)
  return `${date} ${time}`
}

/** The moment (RFC 3339) at which the clocks of the zone show this; of two the first. */
export function momentOf({ date, time }: Wall, zone: string): string {
  const plain = Date.parse(`${date}T${time}:00Z`)
  const shownAt = (at: number): number => {
    const wall = wallOf(at, zone)
    return Date.parse(`${wall.date}T${wall.time}:00Z`)
  }
  const offsets = [-1, 1].map((days) => shownAt(plain + days * DAY) - (plain + days * DAY))
  const found = offsets.map((offset) => plain - offset).filter((at) => shownAt(at) === plain)
  return new Date(found.length ? Math.min(...found) : plain - offsets[0]!).toISOString()
}

const DAY = 86_400_000

/** So many days later (or earlier); a calendar has no zones. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10)
}

/** 1 is Monday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7
}

/** The Monday of that day's week. */
export const mondayOf = (date: string): string => addDays(date, 1 - weekdayOf(date))
