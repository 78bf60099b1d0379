/** The filters of the list as they stand in the address, and as the server wants them. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { paths } from '@/api/schema'

export const NAMES = ['status', 'branch', 'type', 'since', 'until', 'drill', 'q'] as const
export type FilterName = (typeof NAMES)[number]
export type Filters = Record<FilterName, string>
export type ListQuery = NonNullable<paths['/api/v1/incidents']['get']['parameters']['query']>

export const OPEN = 'open,acknowledged,contained'
export const OVER = 'closed,cancelled'
const DAY = /^\d{4}-\d\d-\d\d$/
const DAY_MS = 24 * 3600 * 1000

export function fromAddress(query: LocationQuery): Filters {
  const one = (name: string): string => {
    const value = [query[name]].flat()[0]
    return typeof value === 'string' ? value.slice(0, 200) : ''
  }
  return Object.fromEntries(NAMES.map((name) => [name, one(name)])) as Filters
}

export function toAddress(filters: Filters): LocationQueryRaw {
  return Object.fromEntries(NAMES.filter((name) => filters[name]).map((name) => [name, filters[name]]))
}

/** Days are those of the branch's calendar; the last one is included. */
export function toQuery(filters: Filters, zone: string): ListQuery {
  const { status, branch, type, since, until, drill, q } = filters
  return {
    ...(status ? { status } : {}),
    ...(branch ? { branch } : {}),
    ...(type ? { type } : {}),
    ...(since ? { since: DAY.test(since) ? dayStart(since, zone) : since } : {}),
    ...(until ? { until: DAY.test(until) ? dayStart(until, zone, 1) : until } : {}),
    ...(drill === 'true' || drill === 'false' ? { drill: drill === 'true' } : {}),
    ...(q.trim() ? { q: q.trim() } : {}),
  }
}

/** The moment at which a day begins in a zone, some days later. */
export function dayStart(day: string, zone: string, later = 0): string {
  const noon = new Date(Date.parse(`${day}T00:00:00Z`) + later * DAY_MS)
  const guess = noon.getTime() - offset(noon, zone)
  return new Date(noon.getTime() - offset(new Date(guess), zone)).toISOString()
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
export function offset(at: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  }).formatToParts(at)
  const of = (type: string): string => parts.find((part) => part.type === type)!.value
  const shown = `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}Z`
  return Date.parse(shown) - Math.floor(at.getTime() / 1000) * 1000
}
