/** Incidents by id: read once, read again when the socket says they changed, bounded in number. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { Incident } from '@/api/types'
import { deviceDb } from '@/offline/db'
import { useLive } from './live'
import { useQueue } from './queue'
import { useSession } from './session'

export interface Entry {
  incident: Incident | null
  problem: Problem | null
  loading: boolean
}

const MOST = 60
const KEPT_FOR_MS = 24 * 3600 * 1000

export const useIncidents = defineStore('incidents', () => {
  const session = useSession()
  /** By the id that was asked for; a joined incident stands under both ids. */
  const entries = shallowReactive(new Map<string, Entry>())
  /** How many components look at an id: these are read again when they change. */
  const watched = new Map<string, number>()
  const running = new Map<string, Promise<void>>()

  const entry = (id: string): Entry => entries.get(id) ?? { incident: null, problem: null, loading: false }

  function set(id: string, change: Partial<Entry>): void {
    const next = { ...entry(id), ...change }
    entries.delete(id) // the newest stands last
    entries.set(id, next)
    for (const old of entries.keys()) {
      if (entries.size <= MOST) break
      if (!watched.has(old)) entries.delete(old)
    }
  }

  /** An answer of a command holds the whole incident; older ones change nothing. */
  function take(incident: Incident, askedFor: string = incident.id): void {
    for (const id of new Set([askedFor, incident.id])) {
      const known = entry(id).incident
      const older = known && known.id === incident.id && known.revision > incident.revision
      if (!older) set(id, { incident, problem: null, loading: false })
    }
    if (session.onDevice) void remember(incident, askedFor)
  }

  /** Read it, unless it is being read. Never throws: the entry tells. */
  function load(id: string): Promise<void> {
    const known = running.get(id)
    if (known) return known
    const reading = read(id).finally(() => running.delete(id))
    running.set(id, reading)
    return reading
  }

  /** A reading that was under way when the change came may have seen less. */
  async function catchUp(id: string, revision: number): Promise<void> {
    await running.get(id)
    if ((entry(id).incident?.revision ?? 0) < revision) await load(id)
  }

  async function read(id: string): Promise<void> {
    set(id, { loading: true })
    if (!entry(id).incident && session.onDevice && session.me) {
      const kept = await (await deviceDb()).get('incidents', id)
      if (kept && !entry(id).incident) set(id, { incident: kept.incident, loading: true })
    }
    try {
      take(await ask(api.GET('/api/v1/incidents/{incident_id}', { params: { path: { incident_id: id } } })), id)
    } catch (error) {
      const problem = asProblem(error)
      const gone = problem.status === 404 || problem.status === 403
      set(id, { problem, loading: false, ...(gone ? { incident: null } : {}) })
      if (gone) await (await deviceDb()).delete('incidents', id)
    }
  }

  /** Look at an incident; the answer ends it. */
  function watch(id: string): () => void {
    watched.set(id, (watched.get(id) ?? 0) + 1)
    void load(id)
    return () => {
      const left = (watched.get(id) ?? 1) - 1
      if (left > 0) watched.set(id, left)
      else watched.delete(id)
    }
  }

  async function remember(incident: Incident, askedFor: string): Promise<void> {
    const db = await deviceDb()
    const over = incident.status === 'closed' || incident.status === 'cancelled'
    for (const id of new Set([askedFor, incident.id])) {
      if (over || incident.discreet) await db.delete('incidents', id)
      else await db.put('incidents', { id, at: Date.now(), incident })
    }
  }

  /** What the server does not list any longer (closed, or not for a tablet now) is not kept either. */
  async function forgetAllBut(listed: readonly string[], asked: number): Promise<void> {
    const db = await deviceDb()
    for (const kept of await db.getAll('incidents')) {
      if (kept.at < asked && !listed.includes(kept.incident.id)) await db.delete('incidents', kept.id)
    }
  }

  /** What is kept to be read offline is forgotten after a day. */
  async function forgetOld(): Promise<void> {
    const db = await deviceDb()
    for (const kept of await db.getAll('incidents')) {
      if (Date.now() - kept.at > KEPT_FOR_MS) await db.delete('incidents', kept.id)
    }
  }

  function start(): void {
    const live = useLive()
    live.on('incident', (change) => {
      for (const [id, known] of [...entries]) {
        const same = id === change.incident_id || known.incident?.id === change.incident_id
        if (!same || (known.incident && known.incident.revision >= change.revision)) continue
        if (watched.has(id)) void catchUp(id, change.revision)
        else entries.delete(id)
      }
    })
    live.on('resync', () => {
      for (const id of [...entries.keys()]) {
        if (!watched.has(id)) entries.delete(id)
        else if (session.present) void load(id)
      }
    })
    useQueue().onAnswered((kept, result) => {
      if (kept.incident === null || kept.quiet) return
      const id = kept.incident
      if (result.incident instanceof Promise) void result.incident.then((incident) => incident && take(incident, id))
      else if (result.incident) take(result.incident, id)
      else if (watched.has(kept.incident)) void load(kept.incident)
    })
    void forgetOld()
  }

  /** Somebody else is here: nothing of the one before stays. */
  function clear(): void {
    for (const id of [...entries.keys()]) if (!watched.has(id)) entries.delete(id)
  }

  return { entries, entry, take, load, watch, forgetAllBut, start, clear }
})
