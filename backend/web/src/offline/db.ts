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

/** The next number of this device's commands: never given twice, also over a crash (the command's
 *  own write, which follows, waits for the disk and takes this one along). */
export async function nextSeq(): Promise<number> {
  const tx = (await deviceDb()).transaction('values', 'readwrite', { durability: 'relaxed' })
  const seq = (((await tx.store.get('seq')) as number | undefined) ?? 0) + 1
  await tx.store.put(seq, 'seq')
  await tx.done
  return seq
}
