/** An issued statement, fetched as it is kept, and whether its bytes are those that the timeline names. */
import { problemOf, ProblemError } from '@/api/problems'
import { sha256 } from '@/auditor/proof/values'
import { letterOf, type Letter } from './letter'

export interface Issued {
  letter: Letter
  /** `unknown`: this browser has no means to tell (the page did not come over a safe line). */
  proof: 'true' | 'false' | 'unknown'
}

export const paperPath = (incident: string, statement: string): string => `/api/v1/incidents/${incident}/statements/${statement}`

/** Throws ProblemError: no right, purged, or no answer. */
export async function issuedPaper(incident: string, statement: string, digest: string): Promise<Issued> {
  const answer = await fetch(paperPath(incident, statement), { credentials: 'same-origin' })
  if (!answer.ok) throw new ProblemError(await problemOf(answer))
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const letter = letterOf(new TextDecoder().decode(bytes))
  if (!globalThis.crypto?.subtle) return { letter, proof: 'unknown' }
  return { letter, proof: (await sha256(bytes)) === digest ? 'true' : 'false' }
}

/** Long enough to compare by eye, in groups of four. */
export const shortHash = (digest: string): string => digest.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')
