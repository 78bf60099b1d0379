/** What happens at an incident's next deadline; reads on from the countdown before it. */
import type { IncidentSummary } from '@/api/types'
import { t, tWord } from '@/i18n'

export function deadlineText(incident: Pick<IncidentSummary, 'next_deadline'>, over = false): string {
  const [kind = '', name = ''] = (incident.next_deadline?.what ?? '').split(':')
  if (over) {
    const missed = tWord('incident.told.reason', kind)
    if (missed !== kind) return missed
  }
  if (kind === 'clock') {
    const words = tWord('incident.head.clock', name)
    return words === name ? t('incident.head.next.clock') : words
  }
  const words = tWord('incident.head.next', kind)
  return words === kind ? t('phone.home.nextDeadline') : words
}
