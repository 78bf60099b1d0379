/** Why it happened (S7), on two levels, as the server knows it. */
import { t, tWord } from '@/i18n'

export const CAUSES = [
  'information.unclear_terms',
  'information.misleading_returns',
  'communication.scripted',
  'communication.defensive',
  'promises.benefit_late',
  'promises.handover_broken',
  'privacy.contact_frequency',
  'privacy.data_use',
  'other',
] as const

export type Cause = (typeof CAUSES)[number]

/** The upper level; `other` has nothing under it. */
export const TOPICS = ['information', 'communication', 'promises', 'privacy', 'other'] as const

export const topicOf = (cause: string): string => cause.split('.')[0] ?? cause

/** Chosen down to its end: with a topic alone, somebody has stopped half-way. */
export const isCause = (chosen: string | null): chosen is Cause => CAUSES.some((cause) => cause === chosen)

/** Both levels in words; what is not known stands as it came. */
export function causeWords(cause: string): string {
  const topic = topicOf(cause)
  const named = tWord('phone.causeTopic', topic)
  return topic === cause ? named : t('phone.causeWith', { topic: named, cause: tWord('phone.cause', cause) })
}
