/** Typed texts leave the signed data as a hash; the text itself travels beside it. */
import type { Json } from './canonical'
import { hex } from './ids'
import type { CommandData, CommandName, Kept } from './kept'

const TEXTS: Partial<Record<CommandName, readonly string[]>> = {
  open: ['note'],
  'add-note': ['text'],
  contain: ['summary'],
  close: ['resolution'],
  'complete-step': ['note', 'override_reason'],
  'promise': ['text'],
  'keep-promise': ['note'],
  'name-representative': ['who'],
  'lead-to-room': ['who', 'room'],
  'draft-statement': ['text', 'contact'],
  'issue-statement': ['text', 'contact'],
  'record-press-statement': ['who', 'outlet', 'press_card', 'asked', 'said'],
}
const REASON = ['reason'] as const
/** Facts that are typed and personal (playbooks/vocabulary.py, `sealed`). */
export const SEALED_FACTS = ['media_outlet', 'press_card', 'demand', 'clothing']

export type Sealed = Kept['sealed']

/** `data` with each typed text replaced by `{sealed: HASH}`, and the texts by their hash. */
export async function seal(
  command: CommandName,
  data: CommandData,
): Promise<{ data: CommandData; sealed: Sealed }> {
  const sealed: Sealed = {}
  const texts: readonly string[] = TEXTS[command] ?? REASON
  const result: CommandData = {}
  for (const [name, value] of Object.entries(data)) {
    if (texts.includes(name)) result[name] = await sealText(value, sealed)
    else if (name === 'facts') result[name] = await sealSome(value, sealed, SEALED_FACTS)
    else if (name === 'record') result[name] = await sealSome(value, sealed, null)
    else result[name] = value
  }
  return { data: result, sealed }
}

/** SHA-256(salt ‖ UTF-8 text), lower-case hex. */
export async function sealedHash(salt: Uint8Array, text: string): Promise<string> {
  const words = new TextEncoder().encode(text)
  const bytes = new Uint8Array(salt.length + words.length)
  bytes.set(salt)
  bytes.set(words, salt.length)
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

async function sealSome(value: Json, sealed: Sealed, names: string[] | null): Promise<Json> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const result: CommandData = {}
  for (const [name, inner] of Object.entries(value)) {
    result[name] = names === null || names.includes(name) ? await sealText(inner, sealed) : inner
  }
  return result
}

async function sealText(value: Json, sealed: Sealed): Promise<Json> {
  if (typeof value !== 'string') return value
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const hash = await sealedHash(salt, value)
  sealed[hash] = { salt: hex(salt), text: value }
  return { sealed: hash }
}
