/** What the queue holds: one command of this device, complete as it was signed at the deed. */
import type { Problem } from '@/api/problems'
import type { Json } from './canonical'
import { RUN } from './ids'

export const COMMANDS = [
  'open',
  'acknowledge',
  'decline',
  'complete-step',
  'clear-step',
  'skip-step',
  'reopen-step',
  'record-facts',
  'add-playbook',
  'reclassify',
  'hand-over',
  'add-note',
  'escalate',
  'contain',
  'close',
  'cancel',
  'reopen',
  'pause-clock',
  'extend-clock',
  'link-customer',
  'unlink-customer',
  'resume-clock',
  'promise',
  'keep-promise',
  'break-promise',
  'name-representative',
  'withdraw-representative',
  'lead-to-room',
  'leave-room',
  'record-press-statement',
  'draft-statement',
  'issue-statement',
] as const

export type CommandName = (typeof COMMANDS)[number]
export type CommandData = { [name: string]: Json }

export interface Occurred {
  [name: string]: Json
  device_at: string
  mono_ms: number
  session: string
  time_token: string | null
}

export interface Kept {
  /** The device's number of this command; also its place in the order. */
  seq: number
  command_id: string
  command: CommandName
  /** For `open` the id that the device chose; null for a branch note. */
  incident: string | null
  data: CommandData
  sealed: Record<string, { salt: string; text: string }>
  occurred: Occurred
  device: { seq: number; signature: string; signed: string } | null
  /** The id of the person who did it; null for the tablet with nobody signed in. */
  as: string | null
  state: 'kept' | 'late' | 'refused'
  /** Sending it has failed before: it goes by /sync now. */
  tried: boolean
  /** Leaves nothing to see, whatever becomes of it (a covert alert). */
  quiet: boolean
  problem?: Problem
}

/** A branch note goes to POST /notes; everything else is a command of an incident. */
export function isNote(kept: Kept): boolean {
  return kept.command === 'add-note' && kept.incident === null
}

/** It could not be sent at once: tried in vain, or left over from before the page was loaded. */
export function isOverdue(kept: Kept): boolean {
  return kept.state === 'kept' && (kept.tried || kept.occurred.session !== RUN)
}

/** The text of `data[name]`, unsealed, for showing what was typed here. */
export function textOf(kept: Kept, name: string): string | null {
  const value = kept.data[name]
  if (typeof value === 'string') return value
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    const hash = value.sealed
    return typeof hash === 'string' ? (kept.sealed[hash]?.text ?? null) : null
  }
  return null
}
