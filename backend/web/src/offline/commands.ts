/** From a tap to a kept command: sealed, signed, on disk before anything is sent. */
import { canonical, type Json } from './canonical'
import { addToQueue, deviceDb, nextSeq } from './db'
import { hasKey, occurredNow, sign } from './device'
import { newId, RUN } from './ids'
import type { CommandData, CommandName, Kept, Occurred } from './kept'
import { seal } from './seal'

export interface Deed {
  command: CommandName
  incident: string | null
  data: CommandData
  as: string | null
  quiet?: boolean
}

let last: Promise<unknown> = Promise.resolve()

type Early = (kept: Kept) => void

/** Write a command down. When it resolves, the command survives a crash. One after another.
 *  `early` gets it as soon as it is complete: an emergency goes out while the disk still writes. */
export function keep(deed: Deed, early: Early = () => undefined): Promise<Kept> {
  const occurred = occurredNow() // first of all: this is the moment of the tap
  const kept = last.then(() => writeDown(deed, occurred, early))
  last = kept.catch(() => undefined)
  return kept
}

async function writeDown(deed: Deed, occurred: Occurred, early: Early): Promise<Kept> {
  let complete: Kept | null = null
  try {
    return await onDisk(deed, occurred, (kept) => early((complete = kept)))
  } catch (error) {
    // A full or broken disk stops no emergency: it goes out from memory, if need be without the device's proof.
    if (deed.command !== 'open') throw error
    if (complete) return complete
    const kept = asKept(deed, occurred, ++unwritten, withoutUndefined(deed.data), {})
    early(kept)
    return kept
  }
}

/** Numbers of what is not on the disk: behind all that is. */
let unwritten = Date.now()

async function onDisk(deed: Deed, occurred: Occurred, early: Early): Promise<Kept> {
  const emergency = deed.command === 'open'
  for (;;) {
    const kept = await signed(deed, occurred)
    if (emergency) early(kept)
    if (await addToQueue(kept, emergency)) return kept
  }
}

async function signed(deed: Deed, occurred: Occurred): Promise<Kept> {
  const seq = await nextSeq()
  const paired = await hasKey()
  const plain = withoutUndefined(deed.data)
  const { data, sealed } = paired ? await seal(deed.command, plain) : { data: plain, sealed: {} }
  const kept = asKept(deed, occurred, seq, data, sealed)
  if (paired) kept.device = await proof(kept)
  return kept
}

function asKept(deed: Deed, occurred: Occurred, seq: number, data: CommandData, sealed: Kept['sealed']): Kept {
  return {
    seq,
    command_id: newId(),
    command: deed.command,
    incident: deed.incident,
    data,
    sealed,
    occurred,
    device: null,
    as: deed.as,
    state: 'kept',
    tried: false,
    quiet: deed.quiet ?? false,
  }
}

/** The exact text that the device signs (contract, section 3). */
export function signedText(kept: Kept): string {
  const { command_id, incident, command, data, occurred, seq } = kept
  return canonical({ command_id, incident, command, data, occurred, device_seq: seq })
}

async function proof(kept: Kept): Promise<Kept['device']> {
  const signed = signedText(kept)
  const signature = await sign(signed)
  return signature === null ? null : { seq: kept.seq, signature, signed }
}

export async function store(kept: Kept): Promise<void> {
  const tx = (await deviceDb()).transaction('queue', 'readwrite', { durability: 'strict' })
  await tx.store.put(kept)
  await tx.done
}

export async function remove(seq: number): Promise<void> {
  await (await deviceDb()).delete('queue', seq)
}

export async function stored(): Promise<Kept[]> {
  return (await deviceDb()).getAll('queue') // by key: the order of the deeds
}

/** What another tab has kept, which was closed or cut off; `known` is here already. */
export async function leftBehind(known: ReadonlySet<number>): Promise<Kept[]> {
  return (await stored()).filter((kept) => kept.occurred.session !== RUN && !known.has(kept.seq))
}

function withoutUndefined(data: { [name: string]: Json | undefined }): CommandData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as CommandData
}
