/** Why it happened (S7), as the server knows it; in words: `phone.cause`. */
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
