/** The typed client. `ask(api.GET('/api/v1/…'))` gives the data or throws a ProblemError. */
import createClient, { type FetchResponse } from 'openapi-fetch'
import { languageHeader, offlineProblem, problemFrom, ProblemError } from './problems'
import type { paths } from './schema'

const PATIENCE_MS = 20_000

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' })

type PositionHeard = (position: number) => void
let onPosition: PositionHeard = () => undefined
let onReached: (ok: boolean) => void = () => undefined

/** stores/live.ts listens: from where to catch up, and whether the line works. */
export function listenToAnswers(position: PositionHeard, reached: (ok: boolean) => void): void {
  onPosition = position
  onReached = reached
}

api.use({
  onRequest({ request }) {
    request.headers.set('X-Counterbell', '1')
    request.headers.set('Accept-Language', languageHeader()['Accept-Language'])
    return new Request(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
  },
  onResponse({ response }) {
    onReached(true)
    const position = Number(response.headers.get('Counterbell-Position') ?? Number.NaN)
    if (Number.isSafeInteger(position)) onPosition(position)
  },
  onError() {
    onReached(false)
    return new ProblemError(offlineProblem())
  },
})

/** The data of an answer. Throws ProblemError, also when there was no answer. */
export async function ask<T extends Record<string | number, unknown>, O, M extends `${string}/${string}`>(
  asked: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data, error, response } = await asked
  if (!response.ok) throw new ProblemError(problemFrom(error, response.status))
  return data as NonNullable<FetchResponse<T, O, M>['data']>
}
