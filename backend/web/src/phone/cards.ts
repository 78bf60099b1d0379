/** Which alert lies as a card over the page: nothing on the page may be hidden by what it says itself. */
import { asksNow, type LiveAlert } from '@/stores/alerts'

/** The page in front is the incident's own: its steps, its deadlines and who has it in hand are there to see. */
export const isOnPage = (alert: Pick<LiveAlert, 'incident_id'>, path: string): boolean =>
  path === `/duty/incidents/${alert.incident_id}`

export const asCard = (alert: Pick<LiveAlert, 'incident_id' | 'kind' | 'urgency'>, path: string): boolean =>
  !asksNow(alert) && !isOnPage(alert, path)
