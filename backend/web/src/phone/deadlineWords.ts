/** What happens at an incident's next deadline, in words. */
import type { Incident, IncidentSummary, Playbook } from '@/api/types'
import { own, t, tWord } from '@/i18n'

const PLAIN = new Set(['ladder', 'act_within', 'quiet'])

export function deadlineText(incident: Incident | IncidentSummary, book: Playbook | undefined): string {
  const what = incident.next_deadline?.what ?? ''
  if (PLAIN.has(what)) return tWord('phone.deadline', what)
  const [kind, name = ''] = what.split(':')
  if (kind === 'clock') return t('phone.deadline.clock', { name: tWord('phone.clock', name) })
  const steps = 'steps' in incident ? incident.steps : book?.steps
  const step = steps?.find((each) => each.id === name)
  return kind === 'step' && step ? t('phone.deadline.step', { title: own(step.title) }) : t('phone.deadline.other')
}
