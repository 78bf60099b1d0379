/** One line of what has changed. */

/** `weaker`: whoever clears it should look twice. */
export interface Line {
  kind: 'gone' | 'new' | 'moved' | 'weaker'
  what: string
  text: string
}

export const weaker = (text: string): Line => ({ kind: 'weaker', what: '', text })

export const sides = (what: string, before: string, after: string): Line[] => [
  ...(before ? [{ kind: 'gone' as const, what, text: before }] : []),
  ...(after ? [{ kind: 'new' as const, what, text: after }] : []),
]

/** Of two lists, what only one of them has: `text` says it, and in both languages where one would not show it. */
export function listLines<T>(what: string, before: readonly T[], after: readonly T[], text: (each: T, both: boolean) => string): Line[] {
  const only = (these: readonly T[], others: readonly T[]): T[] => {
    const known = new Set(others.map((each) => JSON.stringify(each)))
    return these.filter((each) => !known.has(JSON.stringify(each)))
  }
  const [gone, fresh] = [only(before, after), only(after, before)]
  const both = gone.some((one) => fresh.some((other) => text(one, false) === text(other, false)))
  return [...gone.flatMap((each) => sides(what, text(each, both), '')), ...fresh.flatMap((each) => sides(what, '', text(each, both)))]
}
