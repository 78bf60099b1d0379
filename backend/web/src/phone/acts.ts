/** What this person may do to the incident now. The server decides; this only spares buttons that it
 *  would refuse. */
import type { Rights } from '@/incident/rights'
import type { Me } from '@/api/types'
import type { Shown } from '@/stores/overlay'

export type Act =
  | 'take'
  | 'contain'
  | 'close'
  | 'reopen'
  | 'hand-over'
  | 'escalate'
  | 'decline'
  | 'add-playbook'
  | 'reclassify'
  | 'cancel'

const RECLASSIFY_MS = 10 * 60_000
const CANCEL_MS = 60_000

export interface Acts {
  /** The one big button; null when there is nothing for this person to do next. */
  primary: Extract<Act, 'take' | 'contain' | 'close' | 'reopen'> | null
  may: ReadonlySet<Act>
}

export function actsOf(incident: Shown, rights: Rights, me: Me | null, now: number): Acts {
  const may = new Set<Act>()
  const { status } = incident
  const live = status !== 'closed' && status !== 'cancelled'
  const leads = rights.inCharge || rights.manager
  const reportedWithin = (span: number) =>
    incident.reported_by.some((each) => each.user?.id === me?.id && !each.withdrawn && now - Date.parse(each.at) < span)
  const told = incident.alerts.some((alert) => alert.recipients.some((each) => each.user?.id === me?.id && !each.declined))

  if (live && (told || rights.manager)) may.add('take')
  if (live && told && incident.in_charge === null) may.add('decline')
  if (live && leads) may.add('hand-over')
  if (live && rights.involved) may.add('escalate').add('add-playbook')
  if ((status === 'open' || status === 'acknowledged') && leads) may.add('contain')
  if (status === 'contained' && leads) may.add('close')
  if (live && (rights.manager || rights.roles.has('office_staff') || rights.roles.has('complaint_officer') || reportedWithin(RECLASSIFY_MS))) {
    may.add('reclassify')
  }
  if (live && (rights.manager || reportedWithin(CANCEL_MS))) may.add('cancel')
  if (status === 'closed' && rights.manager) may.add('reopen')
  return { primary: primaryOf(incident, may), may }
}

function primaryOf(incident: Shown, may: ReadonlySet<Act>): Acts['primary'] {
  if (incident.in_charge === null && may.has('take')) return 'take'
  for (const act of ['contain', 'close', 'reopen'] as const) if (may.has(act)) return act
  return null
}

/** Behind “more”, in this order. */
export const MORE_ACTS = ['decline', 'add-playbook', 'reclassify', 'cancel'] as const satisfies readonly Act[]
