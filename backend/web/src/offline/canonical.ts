/** RFC 8785 (JCS). JSON.stringify writes numbers and strings as it asks; the keys need sorting. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value)
      .sort() // by UTF-16 code units, as the standard says
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`)
    return `{${members.join(',')}}`
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError('only whole numbers within ±(2^53-1) are signed')
  }
  return JSON.stringify(value)
}
