/** How kept commands reach the server: one by one, or many at once after a gap. */
import { languageHeader, problemOf, type Problem } from '@/api/problems'
import type { Incident } from '@/api/types'
import { monoNow } from './device'
import { RUN } from './ids'
import { isNote, type Kept } from './kept'

export interface Result {
  outcome: 'applied' | 'repeated' | 'late' | 'refused'
  problem?: Problem
  /** As the answer shows it; of a raise it is still on its way when the raise counts as sent. */
  incident?: Incident | Promise<Incident | undefined>
}

/** Nothing was answered, or nothing that says more than "not now". The commands stay. */
export class LineDown extends Error {}

/** The server knows neither a person nor a device here; the commands wait for a sign-in. */
export class SignedOut extends LineDown {}

/** The whole batch was not understood; what is in it is tried in smaller parts. */
export class BatchRefused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}

/** Under whose name it is to go: the server refuses when somebody else is signed in meanwhile. Null: the tablet's own. */
export type Name = string | null | 'whoever'

const PATIENCE_MS = 15_000
const DRAWN_MS = 32
const NOT_NOW = new Set([408, 425, 429, 500, 502, 503, 504, 507])

/** One command by its own route, right after the deed. */
export async function sendDirect(kept: Kept, as: Name = 'whoever'): Promise<Result> {
  const body: Record<string, unknown> = {
    ...kept.data,
    command_id: kept.command_id,
    occurred: kept.occurred,
  }
  if (kept.occurred.session === RUN) body.mono_now = monoNow()
  if (kept.device) Object.assign(body, { device: kept.device, sealed: kept.sealed })
  const response = await post(pathOf(kept), body, as)
  if (response.ok) {
    // The first line of the answer says that an emergency is on record: "sent" is drawn before the rest is read.
    if (kept.command === 'open') {
      const incident = after(DRAWN_MS).then(() => incidentOf(response))
      return { outcome: 'applied', incident: incident.catch(() => undefined) }
    }
    return { outcome: 'applied', incident: await incidentOf(response) }
  }
  return { outcome: 'refused', problem: await problemOf(response) }
}

/** Many commands in their order. Results stand in the same order. */
export async function sendBatch(batch: Kept[], as: Name = 'whoever'): Promise<Result[]> {
  const body = {
    device_now: new Date().toISOString(),
    mono_now: monoNow(),
    session: RUN,
    commands: batch.map(forSync),
  }
  const response = await post('/api/v1/sync', body, as)
  if (!response.ok) throw new BatchRefused(await problemOf(response))
  const { results } = await bodyOf<{ results?: Result[] }>(response)
  if (results?.length !== batch.length) throw new LineDown('an answer to something else')
  return results
}

export function forSync(kept: Kept): Record<string, unknown> {
  const { command_id, incident, command, data, occurred, device, sealed } = kept
  const sent: Record<string, unknown> = { command_id, incident, command, data, occurred }
  if (device) Object.assign(sent, { device, sealed })
  return sent
}

function pathOf(kept: Kept): string {
  if (isNote(kept)) return '/api/v1/notes'
  if (kept.command === 'open') return '/api/v1/incidents'
  return `/api/v1/incidents/${encodeURIComponent(kept.incident!)}/${kept.command}`
}

async function post(path: string, body: unknown, as: Name): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Counterbell': '1',
        ...(as === 'whoever' ? {} : { 'Counterbell-Person': as ?? 'none' }),
        ...languageHeader(),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    throw new LineDown('no answer', { cause: error })
  }
  if (NOT_NOW.has(response.status)) throw new LineDown(`status ${response.status}`)
  // Something on the way may answer in the server's place. What it says is no answer to a command.
  const spoken = response.headers.get('Content-Type') ?? ''
  if (!spoken.includes('json') && response.status !== 413) throw new LineDown('an answer of somebody else')
  return response
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function incidentOf(response: Response): Promise<Incident | undefined> {
  const body = await bodyOf<Partial<Incident>>(response)
  return body.steps ? (body as Incident) : undefined
}

async function bodyOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch (error) {
    throw new LineDown('half an answer', { cause: error })
  }
}
