/** Written statements (A8): who writes them, who reads them, and what there is to say of an incident's. */
import type { Rights } from '@/incident/rights'
import type { Shown } from '@/stores/overlay'

const WRITERS = ['complaint_officer', 'compliance_officer']
const READERS = ['auditor', 'legal_officer', ...WRITERS]

/** Never on a counter's tablet: the words are the customer's. */
export const writesStatements = (rights: Rights, onDevice: boolean): boolean => !onDevice && WRITERS.some((role) => rights.roles.has(role))
export const readsStatements = (rights: Rights, onDevice: boolean): boolean =>
  !onDevice && (rights.manager || READERS.some((role) => rights.roles.has(role)))

type Seen = Pick<Shown, 'status' | 'steps' | 'statements' | 'statement_drafts'>

/** Its playbook asks for one: a heavy complaint, money lost, a leak. */
export const isOwed = ({ steps }: Pick<Seen, 'steps'>): boolean => steps.some((step) => step.id === 'written_statement')

/** What is wrong while none has been issued, as the last word of a text's key; null: nothing yet. */
export function warningOf(incident: Seen): 'missing' | 'soon' | 'ticked' | null {
  if (!isOwed(incident) || incident.statements.length) return null
  if (incident.status === 'closed') return 'missing'
  if (incident.status === 'contained') return 'soon'
  return incident.steps.some((step) => step.id === 'written_statement' && step.state === 'done') ? 'ticked' : null
}

/** What the customer was invited to, and for which day where one was agreed. */
export function invitationOf({ steps }: Pick<Seen, 'steps'>): { to: 'review_talk' | 'open_day'; on: string | null } | null {
  const asked = steps.find((step) => step.id === 'invite_review' && step.state === 'done')
  const to = asked?.recorded?.invited_to
  if (to !== 'review_talk' && to !== 'open_day') return null
  const on = asked?.recorded?.agreed_on
  return { to, on: typeof on === 'string' ? on : null }
}
