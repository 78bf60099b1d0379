/** How long something lasts: as it is typed, and to the second as it is said. */
import { listed, t } from '@/i18n'

export const UNITS = ['seconds', 'minutes', 'hours', 'day24'] as const
export type Unit = (typeof UNITS)[number]
/** Those that end with a day, at 24:00. */
export const DAYS = ['days', 'working_days'] as const
export type Days = (typeof DAYS)[number]

export const SECONDS: Record<Unit, number> = { seconds: 1, minutes: 60, hours: 3600, day24: 86400 }

/** The largest unit in which it is a whole number; a day only where it is several. */
export function unitOf(seconds: number | undefined): Unit {
  if (!seconds) return 'minutes'
  return [...UNITS].reverse().find((unit) => seconds % SECONDS[unit] === 0 && (unit !== 'day24' || seconds > SECONDS.day24)) ?? 'seconds'
}

/** 1 时 30 分: nothing is rounded. */
export function exactly(seconds: number): string {
  const parts: string[] = []
  let rest = Math.round(seconds)
  for (const unit of [...UNITS].reverse()) {
    const n = Math.floor(rest / SECONDS[unit])
    rest -= n * SECONDS[unit]
    if (n) parts.push(t(`library.lengths.${unit}`, { n }))
  }
  return parts.join(' ') || t('library.lengths.seconds', { n: 0 })
}

/** A clock's length in its unit. */
export function lengthText(within: number | undefined, unit = 'plain'): string {
  if (within === undefined) return '…'
  return unit === 'days' || unit === 'working_days' ? t(`library.lengths.${unit}`, { n: within }) : exactly(within)
}

export const lengthsText = (all: number[], unit?: string): string => listed(all.map((each) => lengthText(each, unit)))
