/** Who stands in while somebody is away: by the substitutes and absences that are known here. */
import type { components } from '@/api/schema'

export type Absence = components['schemas']['Absence']
export type Substitute = components['schemas']['Substitute']
type Person = Substitute['substitute']

/** A part of an absence, from one moment (RFC 3339) to before another; null: nobody stands in. */
export interface Cover {
  from: string
  to: string
  who: Person | null
}

/** Whoever is away all that time, part by part; a substitute who is away too hands on to theirs. */
export function coverOf(username: string, from: string, to: string, substitutes: readonly Substitute[], absences: readonly Absence[]): Cover[] {
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  if (!(begin < end)) return []
  const turns = [...substitutes, ...absences].flatMap((each) => [Date.parse(each.from), each.to === null ? end : Date.parse(each.to)])
  const edges = [...new Set([begin, ...turns.filter((at) => at > begin && at < end), end])].sort((a, b) => a - b)
  const parts: Cover[] = []
  for (const [at, edge] of edges.slice(0, -1).entries()) {
    const who = standIn(username, edge, substitutes, absences)
    const part = { from: new Date(edge).toISOString(), to: new Date(edges[at + 1]!).toISOString(), who }
    const last = parts.at(-1)
    if (last && last.who?.username === who?.username) last.to = part.to
    else parts.push(part)
  }
  return parts
}

function standIn(username: string, at: number, substitutes: readonly Substitute[], absences: readonly Absence[]): Person | null {
  const met = new Set([username])
  for (let current = username; ; ) {
    const next = substitutes.find((each) => each.user.username === current && holds(each, at))?.substitute
    if (!next || met.has(next.username)) return null
    if (!absences.some((each) => each.user.username === next.username && holds(each, at))) return next
    met.add(next.username)
    current = next.username
  }
}

const holds = (each: { from: string; to: string | null }, at: number): boolean =>
  Date.parse(each.from) <= at && (each.to === null || at < Date.parse(each.to))
