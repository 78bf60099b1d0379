import type { components } from '@/api/schema'

export type TimelineEvent = components['schemas']['Event']
export type SealedText = components['schemas']['SealedText']
export type SigningDevice = components['schemas']['SigningDevice']
export type Basis = TimelineEvent['occurred']['basis']

export interface TimelineHead {
  seq: number
  hash: string
}

/** What a filter by kind offers; each event belongs to exactly one. */
export const KINDS = ['incident', 'alert', 'step', 'facts', 'note', 'clock', 'export', 'other'] as const
export type Kind = (typeof KINDS)[number]

const KIND_OF: Record<string, Kind> = {
  incident: 'incident',
  report: 'incident',
  playbook: 'incident',
  alert: 'alert',
  step: 'step',
  facts: 'facts',
  note: 'note',
  attachment: 'note',
  clock: 'clock',
  follow_up: 'clock',
  export: 'export',
}

export const kindOf = (event: TimelineEvent): Kind => KIND_OF[event.type.split('.')[0] ?? ''] ?? 'other'

/** Whose lane an event stands in. */
export const laneOf = (event: TimelineEvent): string => `${event.actor.kind}:${event.actor.id}`
