/** The socket: what changed, alerts, the server's time; and whether the line works. */
import { defineStore } from 'pinia'
import { io, type Socket } from 'socket.io-client'
import { computed, ref } from 'vue'
import { listenToAnswers } from '@/api/client'
import type { AlertMessage, AlertOver, Status } from '@/api/types'
import { keepTimeToken } from '@/offline/device'
import { setServerTime } from '@/ui/time'

export interface Changed {
  incident_id: string
  revision: number
  status: Status
  position: number
}

export interface Heard {
  alert: AlertMessage
  inform: AlertMessage
  alert_over: AlertOver
  incident: Changed
  /** A branch's ladder has lost, or found again, somebody to reach. */
  readiness: { branch: { id: string; name: string }; ok: boolean }
  /** A playbook's version has changed, or is to be cleared again. */
  library: { playbook: string; version: string; state: string }
  /** Another version of a playbook has come into force. */
  playbooks: null
  /** Too much was missed, or somebody else is here now: read again what is on the screen. */
  resync: null
  /** The socket works (again). */
  connected: null
}

interface Hello {
  position: number
  time_token: string
  server_time: string
  checkpoint: string | null
}

/** online: all works. late: answers come, live updates do not. offline: nothing comes. */
export type Line = 'online' | 'late' | 'offline'

const PROBE_MS = 3000

type Listener<E extends keyof Heard> = (payload: Heard[E]) => void

export const useLive = defineStore('live', () => {
  const connected = ref(false)
  const reached = ref(navigator.onLine)
  const offlineSince = ref<number | null>(null)
  const checkpoint = ref<string | null>(null)
  const line = computed<Line>(() => (!reached.value ? 'offline' : connected.value ? 'online' : 'late'))

  const listeners = new Map<keyof Heard, Set<Listener<never>>>()
  let position: number | null = null
  let socket: Socket | null = null
  let probing: ReturnType<typeof setInterval> | undefined

  listenToAnswers((read) => (position ??= read), setReached)
  window.addEventListener('offline', () => setReached(false))
  window.addEventListener('online', () => void probe())

  /** Listen; the answer ends it. Components use `useHeard` instead, which ends it for them. */
  function on<E extends keyof Heard>(event: E, listener: Listener<E>): () => void {
    const set = listeners.get(event) ?? new Set()
    set.add(listener as Listener<never>)
    listeners.set(event, set)
    return () => set.delete(listener as Listener<never>)
  }

  function tell<E extends keyof Heard>(event: E, payload: Heard[E]): void {
    for (const listener of listeners.get(event) ?? []) (listener as Listener<E>)(payload)
  }

  /** Connect as whoever is here now; the cookie says who. */
  function connect(): void {
    disconnect()
    socket = io({
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
      auth: (give) => give(position === null ? {} : { after: position }),
    })
    socket.on('disconnect', () => {
      connected.value = false
      void probe()
    })
    socket.on('connect_error', () => (connected.value = false))
    socket.on('hello', onHello)
    socket.on('incident', (change: Changed) => {
      position = Math.max(position ?? 0, change.position)
      tell('incident', change)
    })
    for (const event of ['alert', 'inform'] as const) {
      socket.on(event, (message: AlertMessage) => tell(event, message))
    }
    socket.on('alert_over', (over: AlertOver) => tell('alert_over', over))
    socket.on('readiness', (news: Heard['readiness']) => tell('readiness', news))
    socket.on('library', (news: Heard['library']) => tell('library', news))
    socket.on('playbooks', () => tell('playbooks', null))
    socket.on('resync', () => tell('resync', null))
  }

  function onHello(hello: Hello): void {
    connected.value = true
    if (!reached.value) setReached(true, false)
    position = Math.max(position ?? 0, hello.position)
    checkpoint.value = hello.checkpoint
    setServerTime(hello.server_time)
    void keepTimeToken(hello.time_token)
    tell('connected', null)
  }

  /** Nobody is here, or somebody else will be: what they saw is not for the next one. */
  function disconnect(): void {
    socket?.removeAllListeners()
    socket?.disconnect()
    socket = null
    connected.value = false
  }

  /** Somebody else is here: everything on the screen is read again. */
  function reconnectAs(present: boolean): void {
    position = null
    if (present) connect()
    else disconnect()
    tell('resync', null)
  }

  /** `received` or `seen`, tried again until the server has it or the alert is of no interest. */
  async function receipt(kind: 'received' | 'seen', alert: Pick<AlertMessage, 'alert_id' | 'repeat'>): Promise<void> {
    const { alert_id, repeat } = alert
    for (let tries = 0; tries < 5 && socket; tries += 1) {
      try {
        await socket.timeout(5000).emitWithAck(kind, { alert_id, repeat })
        return
      } catch {
        // No answer in time: the socket sends it again, and the server counts it once.
      }
    }
  }

  /** Does the server answer at all? The socket alone cannot tell. */
  async function probe(): Promise<void> {
    try {
      const signal = AbortSignal.timeout(4000)
      setReached((await fetch('/healthz', { cache: 'no-store', signal })).ok)
    } catch {
      setReached(false)
    }
  }

  /** After a gap the socket is made anew: a dead one would look alive for up to 40 s. */
  function setReached(ok: boolean, anew = true): void {
    const before = reached.value
    reached.value = ok
    if (ok === before) return
    offlineSince.value = ok ? null : Date.now()
    clearInterval(probing)
    if (!ok) probing = setInterval(() => void probe(), PROBE_MS)
    else if (anew) socket?.disconnect().connect()
  }

  if (!reached.value) {
    reached.value = true
    setReached(false)
  }
  return { connected, line, offlineSince, checkpoint, on, connect, disconnect, reconnectAs, receipt, setReached }
})
