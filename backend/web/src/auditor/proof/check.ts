/** The whole check: of a timeline as the server sends it, and of an exported JSON bundle.
 *  It trusts nothing that it can work out itself. What it cannot show: that no other copy of this
 *  history was ever told; for that a bundle is compared with a checkpoint kept elsewhere. */
import { chainFaults, deviceFaults, textFaults, type SealedTexts } from './chain'
import type { Fault, Progress, Verdict } from './faults'
import { canonicalBytes, exactBase64, hashable, isMembers, sha256 } from './values'

export interface ReadTimeline {
  incidentId: string
  events: unknown[]
  sealed: SealedTexts
  head: { seq: number; hash: string }
  /** Public keys of devices (SPKI, base64url) by id, as far as they are known. */
  keys: Record<string, string | null>
}

export const FORMAT = 'counterbell.timeline/1'
const PARTS: Record<string, 'list' | 'members' | 'any'> = {
  format: 'any',
  exported_at: 'any',
  exported_by: 'members',
  incident: 'members',
  playbooks: 'members',
  events: 'list',
  sealed: 'members',
  checkpoint: 'any',
  inclusion: 'list',
  public_key: 'any',
  signature: 'any',
}

export async function checkTimeline(read: ReadTimeline, progress: Progress): Promise<Verdict> {
  const { events, sealed, head } = read
  const faults = await chainFaults(events, read.incidentId, false, progress)
  const members = events.filter(isMembers)
  faults.push(...(await textFaults(members, sealed)))
  const devices = await deviceFaults(members, read.keys)
  faults.push(...devices.faults)
  const last = members.at(-1)
  if (head.seq !== events.length) faults.push({ code: 'headSeq', given: String(head.seq), found: String(events.length) })
  else if (last?.hash !== head.hash) faults.push({ code: 'headHash', given: head.hash, found: String(last?.hash) })
  return verdict(faults, events.length, sealed, devices, 'none')
}

/** `key`: base64 of the key that the bundle must be signed with, if one is known. */
export async function checkBundle(given: unknown, key: string | null, progress: Progress): Promise<Verdict> {
  const none = { good: 0, noKey: 0 }
  if (!isBundle(given)) return { ...verdict([], 0, {}, none, 'none'), kind: 'unknown' }
  const signed = await signature(given)
  if (given.format !== FORMAT && (await signature({ ...given, format: FORMAT })) !== 'good') {
    return { ...verdict([], 0, {}, none, 'none'), kind: 'unknown' }
  }
  const { events, incident, sealed, playbooks } = given
  const faults: Fault[] = formFaults(given)
  faults.push(...(await chainFaults(events, incident.id, true, progress)))
  const members = events.filter(isMembers)
  let devices = none
  if (members.length === events.length) {
    faults.push(...(await textFaults(members, sealed)), ...(await playbookFaults(members, playbooks)))
    const found = await deviceFaults(members, {})
    faults.push(...found.faults)
    devices = found
  }
  const opened = members[0]?.data
  if (isMembers(opened) && opened.number !== incident.number) {
    faults.push({ code: 'number', given: String(incident.number), found: String(opened.number) })
  }
  if (incident.revision !== events.length) {
    faults.push({ code: 'count', given: String(incident.revision), found: String(events.length) })
  }
  if (signed === 'bad') faults.push({ code: 'signature' })
  if (key !== null && given.public_key !== key) faults.push({ code: 'otherKey', given: String(given.public_key), found: key })
  return verdict(faults, events.length, sealed, devices, signed)
}

function verdict(
  faults: Fault[],
  events: number,
  sealed: SealedTexts,
  devices: Verdict['signatures'],
  bundle: Verdict['bundle'],
): Verdict {
  const texts = Object.values(sealed)
  const purged = texts.filter((each) => isMembers(each) && each.text === null).length
  const signatures = { good: devices.good, noKey: devices.noKey }
  return { kind: faults.length ? 'tampered' : 'intact', faults, events, texts: texts.length, purged, signatures, bundle }
}

type Members = Record<string, unknown>
type Bundle = Members & { events: unknown[]; incident: Members; sealed: Members; playbooks: Members }

function isBundle(given: unknown): given is Bundle {
  if (!isMembers(given)) return false
  return Object.entries(PARTS).every(([part, kind]) => {
    if (!(part in given)) return false
    if (kind === 'list') return Array.isArray(given[part])
    return kind === 'any' || isMembers(given[part])
  })
}

function formFaults(bundle: Bundle): Fault[] {
  const parts = Object.entries(bundle).filter(([name]) => name !== 'events')
  return parts.filter(([, part]) => !hashable([part])).map(([name]) => ({ code: 'impossible', given: name }))
}

async function playbookFaults(events: Members[], playbooks: Members): Promise<Fault[]> {
  const named = new Map<string, number>()
  for (const [index, event] of events.entries()) {
    const mark = isMembers(event.data) ? event.data.playbook : null
    if (isMembers(mark) && !named.has(String(mark.sha256))) named.set(String(mark.sha256), index + 1)
  }
  const faults: Fault[] = []
  for (const [hash, at] of named) if (!(hash in playbooks)) faults.push({ code: 'playbookMissing', at, given: hash })
  for (const [hash, content] of Object.entries(playbooks)) {
    const found = hashable([content]) ? await sha256(canonicalBytes(content)) : ''
    if (found !== hash) faults.push({ code: 'playbookChanged', given: hash, found })
    if (!named.has(hash)) faults.push({ code: 'playbookExtra', given: hash })
  }
  return faults
}

/** Ed25519 over the canonical form of the rest; older browsers do not know it and say so. */
async function signature(bundle: Members): Promise<Verdict['bundle']> {
  const { signature: mark, ...rest } = bundle
  const key = exactBase64(bundle.public_key, 32)
  const bytes = exactBase64(mark, 64)
  if (!key || !bytes || !hashable(rest)) return 'bad'
  try {
    const ready = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify'])
    return (await crypto.subtle.verify({ name: 'Ed25519' }, ready, bytes, canonicalBytes(rest))) ? 'good' : 'bad'
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotSupportedError' ? 'unsupported' : 'bad'
  }
}
