/** RFC 9457 problems in the reader's language, and what to say when there is no answer at all. */
import { i18n, language } from '@/i18n'
import type { Person } from './types'

export interface Problem {
  /** The last word of its type: `step-locked`, `not-found`, or our own `offline`. */
  kind: string
  status: number
  title: string
  detail: string
  errors: { field: string; detail: string }[]
  /** With `step-done`: another person finished first. Show their name and time, no error. */
  done_by?: Person | null
  done_at?: string
  /** With `forbidden-wording`: where in the document, and from where to where. */
  places?: Place[]
  /** With `containment-open`: the steps that are still to be done. */
  steps?: string[]
}

/** Where forbidden wording stands. */
export interface Place {
  path?: (string | number)[]
  start: number
  length: number
  wording: string
}

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}

export function languageHeader(): { 'Accept-Language': string } {
  return { 'Accept-Language': language.value === 'zh' ? 'zh-CN' : 'en' }
}

/** The problem that an answer tells, whatever its body is. */
export async function problemOf(response: Response): Promise<Problem> {
  return problemFrom(await response.json().catch(() => null), response.status)
}

export function problemFrom(body: unknown, status: number): Problem {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem> & { type?: string }
  return {
    kind: told.type?.split('/').pop() ?? 'unknown',
    status,
    title: told.title ?? i18n.global.t('common.error.title'),
    detail: told.detail ?? i18n.global.t('common.error.detail'),
    errors: Array.isArray(told.errors) ? told.errors : [],
    done_by: told.done_by,
    done_at: told.done_at,
    steps: told.steps,
    places: told.places,
  }
}

/** The places that are filled in wrongly, without what the detail says already. */
export const furtherErrors = ({ detail, errors }: Problem): Problem['errors'] => errors.filter((each) => each.detail !== detail)

/** No answer: the line, not the server, is at fault. */
export function offlineProblem(): Problem {
  const { t } = i18n.global
  return {
    kind: 'offline',
    status: 0,
    title: t('common.offline.title'),
    detail: t('common.offline.detail'),
    errors: [],
  }
}

/** Any error as a problem, for ErrorNote and PageState. */
export function asProblem(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : offlineProblem()
}
