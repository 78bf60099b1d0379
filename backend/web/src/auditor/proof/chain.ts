/** The chain of an incident: each event's hash, its place, and its link to the one before. */
import type { Fault, FaultCode, Progress } from './faults'
import { bytesOf, eventHash, fromBase64, fromHex, hashable, isMembers, sealedIn, sha256, ZERO_HASH } from './values'

type Members = Record<string, unknown>
export type SealedTexts = Record<string, unknown>

const FIELDS = [
  ...['actor', 'command_id', 'data', 'device', 'hash', 'id', 'incident_id'],
  ...['occurred', 'position', 'prev_hash', 'recorded_at', 'seq', 'type'],
].join()
const SALT = /^[0-9a-f]{64}$/
const PURGED = 'text.purged'
const SLICE = 100

const kindOf = (event: unknown): string => (isMembers(event) ? String(event.type).slice(0, 60) : '')

/** Every event by itself and with its neighbour. `sealed`: whether all must have their place in the log. */
export async function chainFaults(
  events: unknown[],
  incidentId: unknown,
  sealed: boolean,
  progress: Progress,
): Promise<Fault[]> {
  const faults: Fault[] = []
  let before: unknown = ZERO_HASH
  let position = 0
  for (const [index, event] of events.entries()) {
    const at = index + 1
    if (index % SLICE === 0) progress(index, events.length)
    if (!isMembers(event)) {
      faults.push({ code: 'notEvent', at })
      continue
    }
    const add = (code: FaultCode, given?: unknown, found?: unknown): void => {
      const told = (value: unknown) => (value === undefined ? undefined : String(value))
      faults.push({ code, at, type: kindOf(event), given: told(given), found: told(found) })
    }
    if (Object.keys(event).sort().join() !== FIELDS) add('fields')
    if (event.seq !== at) add('seq', event.seq, at)
    if (event.incident_id !== incidentId) add('incident', event.incident_id, incidentId)
    if (event.prev_hash !== before) add('prev', event.prev_hash, before)
    if (!hashable(event, 2)) add('impossible')
    else {
      const found = await eventHash(event)
      if (found !== event.hash) add('hash', event.hash, found)
    }
    const place = event.position
    const open = !sealed && place === null
    if (!open && !(Number.isSafeInteger(place) && Number(place) > position)) add('position', place)
    else if (!open) position = Number(place)
    before = event.hash
  }
  const first = events[0]
  if (!isMembers(first) || first.type !== 'incident.opened' || !isMembers(first.data)) faults.push({ code: 'start' })
  progress(events.length, events.length)
  return faults
}

/** Every sealed text against its hash. An empty one is right only where the timeline says so. */
export async function textFaults(events: Members[], texts: SealedTexts): Promise<Fault[]> {
  const named = new Map<string, number>()
  const purged = new Set<unknown>()
  for (const [index, event] of events.entries()) {
    for (const hash of sealedIn(event.data)) if (!named.has(hash)) named.set(hash, index + 1)
    const hashes = event.type === PURGED && isMembers(event.data) ? event.data.hashes : null
    if (Array.isArray(hashes)) for (const hash of hashes) purged.add(hash)
  }
  const faults: Fault[] = []
  for (const [hash, at] of named) {
    const code = await textFault(hash, texts[hash], purged.has(hash))
    if (code) faults.push({ code, at, type: kindOf(events[at - 1]), given: hash })
  }
  for (const hash of Object.keys(texts)) if (!named.has(hash)) faults.push({ code: 'textExtra', given: hash })
  return faults
}

async function textFault(hash: string, given: unknown, purged: boolean): Promise<FaultCode | null> {
  if (given === undefined) return 'textMissing'
  if (!isMembers(given) || Object.keys(given).sort().join() !== 'salt,text') return 'textChanged'
  const { salt, text } = given
  if (salt === null && text === null) return purged ? null : 'textHidden'
  if (typeof salt !== 'string' || typeof text !== 'string' || !SALT.test(salt)) return 'textChanged'
  return (await sealedHash(salt, text)) === hash ? null : 'textChanged'
}

async function sealedHash(salt: string, text: string): Promise<string> {
  return sha256(new Uint8Array([...fromHex(salt), ...bytesOf(text)]))
}

/** The devices' signatures over the commands that the events came of, with the keys at hand. */
export async function deviceFaults(
  events: Members[],
  keys: Record<string, string | null>,
): Promise<{ faults: Fault[]; good: number; noKey: number }> {
  const found = { faults: [] as Fault[], good: 0, noKey: 0 }
  const ready = new Map<string, Promise<CryptoKey | null>>()
  for (const [index, event] of events.entries()) {
    const proof = event.device
    if (!isMembers(proof)) continue
    const add = (code: FaultCode) => found.faults.push({ code, at: index + 1, type: kindOf(event) })
    if (!fits(proof, event)) {
      add('deviceText')
      continue
    }
    const id = String(proof.id)
    if (!ready.has(id)) ready.set(id, deviceKey(keys[id]))
    const key = await ready.get(id)
    const signature = fromBase64(proof.signature, 64)
    if (!key) found.noKey += 1
    else if (signature && (await holds(key, signature, String(proof.signed)))) found.good += 1
    else add('deviceSignature')
  }
  return found
}

/** Does the signed text speak of this event's command? */
function fits(proof: Members, event: Members): boolean {
  try {
    const signed: unknown = JSON.parse(String(proof.signed))
    return isMembers(signed) && signed.command_id === event.command_id && signed.device_seq === proof.seq
  } catch {
    return false
  }
}

async function deviceKey(spki: string | null | undefined): Promise<CryptoKey | null> {
  const bytes = fromBase64(spki)
  if (!bytes) return null
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  return crypto.subtle.importKey('spki', bytes, curve, false, ['verify']).catch(() => null)
}

function holds(key: CryptoKey, signature: Uint8Array<ArrayBuffer>, text: string): Promise<boolean> {
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, bytesOf(text))
}
