/** The device's own database: small values, the command queue, and incidents to read offline. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Kept } from './kept'
import type { Incident } from '@/api/types'

interface Tables extends DBSchema {
  values: { key: string; value: unknown }
  queue: { key: number; value: Kept }
  incidents: { key: string; value: { id: string; at: number; incident: Incident } }
}

export type DeviceDb = IDBPDatabase<Tables>

let opened: Promise<DeviceDb> | null = null

export function deviceDb(): Promise<DeviceDb> {
  opened ??= openDB<Tables>('counterbell', 1, {
    upgrade(db) {
      db.createObjectStore('values')
      db.createObjectStore('queue', { keyPath: 'seq' })
      db.createObjectStore('incidents', { keyPath: 'id' })
    },
    terminated() {
      opened = null
    },
  })
  return opened
}

export async function getValue<T>(name: string): Promise<T | undefined> {
  return (await (await deviceDb()).get('values', name)) as T | undefined
}

export async function putValue(name: string, value: unknown): Promise<void> {
  await (await deviceDb()).put('values', value, name)
}

export async function dropValue(name: string): Promise<void> {
  await (await deviceDb()).delete('values', name)
}

let last: Promise<number> | null = null

/** Look up the last number of this device's commands: when a finger comes down, for the tap that follows it.
 *  Another tab may have gone on counting. */
export function lookUpSeq(): void {
  last = getValue<number>('seq').then((seq) => seq ?? 0)
  last.catch(() => (last = null))
}

/** The next number of this device's commands. It is taken when `addToQueue` has written it down. */
export async function nextSeq(): Promise<number> {
  if (last === null) lookUpSeq()
  return (await last!) + 1
}

/** Write a new command and its number down, together; false where another tab has taken the number meanwhile.
 *  `gone`: it is on its way under this number already, which stays as it is. */
export async function addToQueue(kept: Kept, gone: boolean): Promise<boolean> {
  const tx = (await deviceDb()).transaction(['values', 'queue'], 'readwrite', { durability: 'strict' })
  const [values, queue] = [tx.objectStore('values'), tx.objectStore('queue')]
  const taken = ((await values.get('seq')) as number | undefined) ?? 0
  const free = kept.seq > taken
  if (free) await values.put(kept.seq, 'seq')
  if (free || (gone && !(await queue.get(kept.seq)))) await queue.put(kept)
  await tx.done
  last = Promise.resolve(Math.max(taken, free ? kept.seq : 0))
  return free || gone
}
