/** The log's own rules for values, hashes and sealed texts (contract, section 7). */
import { canonical, type Json } from '@/offline/canonical'
import { hex } from '@/offline/ids'

export const ZERO_HASH = '0'.repeat(64)
const DEPTH = 32
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const BEYOND_ASCII = /[^\0-\x7f]/

type Members = Record<string, unknown>

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a value may be hashed at all: whole numbers, whole characters, plain names, not too deep. */
export function hashable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value)
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (value === null || typeof value === 'boolean') return true
  if (typeof value !== 'object' || depth >= DEPTH) return false
  if (Array.isArray(value)) return value.every((inner) => hashable(inner, depth + 1))
  return Object.entries(value).every(([name, inner]) => !BEYOND_ASCII.test(name) && hashable(inner, depth + 1))
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export const canonicalBytes = (value: unknown): Uint8Array<ArrayBuffer> => bytesOf(canonical(value as Json))

/** SHA-256 of the canonical event without `hash` and `position`. */
export async function eventHash(event: Members): Promise<string> {
  const kept = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'hash' && name !== 'position'))
  return sha256(canonicalBytes(kept))
}

/** The hashes of all sealed texts inside a value, in order of appearance. */
export function sealedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(sealedIn)
  if (!isMembers(value)) return []
  const names = Object.keys(value)
  if (names.length === 1 && names[0] === 'sealed') return [String(value.sealed)]
  return Object.values(value).flatMap(sealedIn)
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

/** The bytes of base64 or base64url; null when it is neither, or of another length. */
export function fromBase64(text: unknown, length?: number): Uint8Array<ArrayBuffer> | null {
  if (typeof text !== 'string') return null
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return length === undefined || bytes.length === length ? bytes : null
  } catch {
    return null
  }
}

/** As the log writes base64 down: no other text stands for the same bytes. */
export function exactBase64(text: unknown, length: number): Uint8Array<ArrayBuffer> | null {
  const bytes = fromBase64(text, length)
  return bytes && btoa(String.fromCharCode(...bytes)) === text ? bytes : null
}
