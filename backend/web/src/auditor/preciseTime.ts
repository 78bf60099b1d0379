/** Times of a timeline: to the tenth of a second, in the branch's zone, and as honest as their basis. */
import { t } from '@/i18n'
import { clockTime, day } from '@/ui/time'
import type { TimelineEvent } from './types'

export function preciseTime(at: string | number): string {
  const moment = typeof at === 'string' ? Date.parse(at) : at
  return `${clockTime(moment)}.${Math.floor((((moment % 1000) + 1000) % 1000) / 100)}`
}

/** 14:07:08.2, “约 14:07:08”, “14:06:35 到 14:07:35 之间”. */
export function eventTime({ occurred }: TimelineEvent): string {
  if (occurred.basis === 'estimated') return t('incident.time.about', { at: clockTime(occurred.estimate) })
  if (occurred.basis === 'bounded') {
    return t('incident.time.between', { from: withDay(occurred.not_before, occurred.not_after), to: clockTime(occurred.not_after) })
  }
  return preciseTime(occurred.estimate)
}

/** The time, and the day where it is another one than `beside`'s. */
export function withDay(at: string | number, beside: string | number): string {
  return day(at) === day(beside) ? preciseTime(at) : `${day(at)} ${preciseTime(at)}`
}
