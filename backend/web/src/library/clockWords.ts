/** A clock in one line: from when, how long, until what, and whom it tells. */
import { listed, t } from '@/i18n'
import { momentText, role } from './choices'
import type { ClockDoc, StepDoc } from './document'
import { exactly, lengthText } from './lengths'

export function clockLine(clock: ClockDoc, steps: readonly StepDoc[]): string {
  const start = t('library.clock.from', { moment: momentText(clock.starts, steps), length: lengthText(clock.within, clock.unit) })
  const until = clock.met_by?.length ? t('library.clock.until', { what: listed(clock.met_by.map((each) => momentText(each, steps))) }) : ''
  const tell = t('library.clock.tells', { whom: listed((clock.tell ?? []).map(role)) || t('library.nobody') })
  return [start, ...(until ? [until] : []), tell].join(t('library.clock.between'))
}

/** A fifth of its length before its end it warns, and as long after it tells the next ones. */
export function warningLine({ within, unit }: ClockDoc): string {
  if (!within) return ''
  return !unit || unit === 'plain' ? t('library.clock.warns', { lead: exactly(Math.floor(within / 5)) }) : t('library.clock.warnsDays')
}
