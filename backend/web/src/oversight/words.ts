/** How figures are written. */
import { t } from '@/i18n'
import { span } from '@/ui/time'

/** Seconds, to a tenth below a minute. */
export function took(seconds: number | null): string {
  if (seconds === null) return t('oversight.figures.never')
  return seconds < 60 && seconds % 1 ? t('common.time.seconds', { n: seconds.toFixed(1) }) : span(seconds)
}

/** 87%; nothing where there was no clock. */
export function share(kept: number, missed: number): string {
  return kept + missed ? `${Math.round((kept / (kept + missed)) * 100)}%` : t('oversight.figures.never')
}
