/** Who is told of an incident, and how far it got to each of them. */
import type { Incident, Person, Recipient } from '@/api/types'

const MOST_NAMES = 3

export interface Told {
  key: string
  user: Person | null
  role: string
  /** 0 for those informed. */
  level: number
  declined: boolean
  recipient: Recipient
  repeat: number
}

/** Everybody once, with the latest alert that went to them; first levels first. */
export function toldOf(incident: Pick<Incident, 'alerts' | 'informed'>): Told[] {
  const found = new Map<string, Told>()
  const add = (recipient: Recipient, level: number, repeat: number): void => {
    const key = recipient.user?.id ?? `role:${recipient.role}`
    const known = found.get(key)
    const first = known && known.level > 0 ? Math.min(known.level, level || known.level) : level
    found.set(key, {
      key,
      user: recipient.user,
      role: recipient.role,
      level: first,
      declined: recipient.declined ?? false,
      recipient,
      repeat,
    })
  }
  for (const recipient of incident.informed) add(recipient, 0, 0)
  for (const alert of incident.alerts) for (const recipient of alert.recipients) add(recipient, alert.level, alert.repeat)
  return [...found.values()].sort((a, b) => (a.level || 99) - (b.level || 99))
}

/** Who of those told holds a role. */
export function holdersOf(incident: Pick<Incident, 'alerts' | 'informed'>, role: string): Person[] {
  return toldOf(incident).flatMap((each) => (each.role === role && each.user ? [each.user] : []))
}

/** Names beside a step of a role. A counter's step is with whoever raised it there, not with the
 *  colleagues who were told; a crowd of holders is nobody in particular. */
export function doersOf(incident: Pick<Incident, 'alerts' | 'informed' | 'reported_by'>, role: string): Person[] {
  const holders = holdersOf(incident, role)
  if (role === 'teller') {
    const elsewise = new Set(toldOf(incident).filter((each) => each.role !== role).map((each) => each.user?.id))
    const reporters = new Map(incident.reported_by.flatMap(({ user }) => (user && !elsewise.has(user.id) ? [[user.id, user]] : [])))
    if (reporters.size > 0) return [...reporters.values()]
  }
  return holders.length > MOST_NAMES ? [] : holders
}

/** It went out to them, or will: not everything has failed. */
export function isReached({ recipient }: Told): boolean {
  return recipient.channels.some(({ state }) => state !== 'unreachable' && state !== 'failed')
}
