/** Short names for what the server answers with; the shapes are generated (schema.d.ts). */
import type { components } from './schema'

type Schemas = components['schemas']

export type Both = Schemas['Both']
export type Incident = Schemas['Incident']
export type IncidentSummary = Schemas['IncidentSummary']
export type Step = Schemas['Step']
export type RecordField = Schemas['RecordField']
export type Alert = Schemas['Alert']
export type Recipient = Schemas['Recipient']
export type Clock = Schemas['Clock']
export type Person = Schemas['Person']
export type OrgRef = Schemas['OrgRef']
export type Playbook = Schemas['Playbook']
export type Me = Schemas['Me']
export type DeviceRef = Schemas['DeviceRef']
export type Severity = Incident['severity']
export type Status = Incident['status']

/** Delivery states of a channel (contract, section 3), and taking charge on top. */
export type Delivery = 'queued' | 'sent' | 'delivered' | 'seen' | 'failed' | 'unreachable' | 'in_charge'

/** The payload of `alert` and `inform` (contract, section 4). `type` is missing when discreet. */
export interface AlertMessage {
  alert_id: string
  repeat: number
  incident_id: string
  reason: string
  urgency: 'immediate' | 'soon'
  discreet: boolean
  drill: boolean
  title: Both
  branch: { id: string; name: string }
  raised_at: string
  level?: number
  type?: string
}

export interface AlertOver {
  alert_id: string
  incident_id: string
  because: 'acknowledged' | 'contained' | 'cancelled' | 'closed'
  by: Person | null
}
