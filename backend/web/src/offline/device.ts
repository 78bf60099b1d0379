/** This device: its key pair, which never leaves it, and its clocks. */
import { getValue, putValue } from './db'
import { base64url, RUN } from './ids'
import type { Occurred } from './kept'

export interface PairedDevice {
  id: string
  name: string
  org: { id: string; name: string }
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const

export function monoNow(): number {
  return Math.round(performance.now())
}

/** A new key pair for pairing; the public half as SPKI, base64url. Kept by `keepKey`. */
export async function newKey(): Promise<{ pair: CryptoKeyPair; publicKey: string }> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify'])
  return { pair, publicKey: base64url(await crypto.subtle.exportKey('spki', pair.publicKey)) }
}

export async function keepKey(pair: CryptoKeyPair): Promise<void> {
  signingKey = Promise.resolve(pair.privateKey)
  await putValue('key', pair)
}

let signingKey: Promise<CryptoKey | null> | null = null

/** Raw r‖s over the UTF-8 text, base64url; null on a device without a key. */
export async function sign(text: string): Promise<string | null> {
  signingKey ??= getValue<CryptoKeyPair>('key').then((pair) => pair?.privateKey ?? null)
  const key = await signingKey
  if (key === null) return null
  return base64url(await crypto.subtle.sign(SIGNING, key, new TextEncoder().encode(text)))
}

/** Whether commands of this device are signed and sealed. */
export async function hasKey(): Promise<boolean> {
  signingKey ??= getValue<CryptoKeyPair>('key').then((pair) => pair?.privateKey ?? null)
  return (await signingKey) !== null
}

/** The first signature takes ten times as long as the second: not at the first tap. */
export async function warmUp(): Promise<void> {
  await sign('')
}

/** For unpairing, and for tests. */
export function forgetKey(): void {
  signingKey = null
}

let token: string | null = null

/** The last time token that the server signed; kept for the deeds of a later, offline start. */
export async function keepTimeToken(fresh: string): Promise<void> {
  token = fresh
  await putValue('time_token', fresh)
}

export async function loadTimeToken(): Promise<void> {
  token ??= (await getValue<string>('time_token')) ?? null
}

/** When a deed happens, by this device's own clocks. */
export function occurredNow(): Occurred {
  return { device_at: new Date().toISOString(), mono_ms: monoNow(), session: RUN, time_token: token }
}
