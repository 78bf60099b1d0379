/** Every command goes through here: written down first, then sent; an emergency is sent while it is written down.
 *  What was not taken stays visible. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { keep } from '@/offline/commands'
import { lookUpSeq } from '@/offline/db'
import { newId } from '@/offline/ids'
import { isOverdue, type CommandData, type CommandName, type Kept } from '@/offline/kept'
import { Sender } from '@/offline/sender'
import type { Result } from '@/offline/wire'
import { useLive } from './live'
import { useSession } from './session'

type Answered = (kept: Kept, result: Result) => void

export interface RaiseOptions {
  /** Chosen before, for whoever shows it before it is written down. */
  id?: string
  facts?: CommandData
  note?: string
  drill?: boolean
  /** A covert alert: nothing of it is ever shown on this device. */
  quiet?: boolean
}

export const useQueue = defineStore('queue', () => {
  const session = useSession()
  const live = useLive()
  const all = shallowRef<readonly Kept[]>([])
  /** How many went out after a gap, for the green line; 0 when there is nothing to tell. */
  const justSent = shallowRef(0)
  const listeners = new Set<Answered>()
  const waiting = new Map<string, (result: Result) => void>()
  let sentSinceGap = 0
  let gap = false

  const sender = new Sender({
    person: () => session.leavingId ?? session.me?.id ?? null,
    onDevice: () => session.onDevice,
    leaving: () => session.leavingId !== null,
    leave: () => session.endLeft(),
    check: () => session.refresh().catch(() => undefined),
    reached: (ok) => live.setReached(ok),
    changed(queue) {
      all.value = queue
      if (queue.some((each) => isOverdue(each) && !each.quiet)) gap = true
    },
    answered(kept, result) {
      if (!kept.quiet && result.outcome !== 'refused') sentSinceGap += 1
      waiting.get(kept.command_id)?.(result)
      waiting.delete(kept.command_id)
      for (const listener of listeners) listener(kept, result)
      if (gap && !shownKept.value.length) tellSent()
      else if (!gap) sentSinceGap = 0
    },
  })

  /** Not answered yet, in order. A covert alert is not among them: a note that is only begun counts nothing. */
  const shownKept = computed(() => all.value.filter((each) => each.state === 'kept' && !each.quiet))
  /** Those that a gap holds back: what the strip counts. */
  const overdue = computed(() => shownKept.value.filter(isOverdue))
  /** Answered with no, or too late: shown until somebody has read it. */
  const unheeded = computed(() => all.value.filter((each) => each.state !== 'kept'))
  /** Kept for somebody who is not here now. */
  const held = computed(() => {
    const person = session.leavingId ?? session.me?.id ?? null
    return shownKept.value.filter((each) => each.command !== 'open' && each.as !== null && each.as !== person)
  })

  async function start(): Promise<void> {
    live.on('connected', () => void sender.flush())
    window.addEventListener('pointerdown', lookUpSeq, { capture: true, passive: true })
    window.addEventListener('online', () => void sender.flush())
    // Another tab that was closed may have left something.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void sender.flush()
    })
    // Between two people there is no socket that would tell.
    watch(
      () => live.line,
      (line) => {
        if (line !== 'offline') void sender.flush()
      },
    )
    await sender.load()
    void sender.flush()
  }

  /** Do something to an incident. Resolves when it is safe on this device, not when it is sent. */
  async function send(command: CommandName, incident: string | null, data: CommandData = {}): Promise<Kept> {
    return add(await keep({ command, incident, data, as: session.me?.id ?? null }))
  }

  /** As `send`, but waits for the server's answer, however long the line is down. */
  async function sendAndWait(command: CommandName, incident: string, data: CommandData = {}): Promise<Result> {
    const written = await keep({ command, incident, data, as: session.me?.id ?? null })
    const answer = new Promise<Result>((resolve) => waiting.set(written.command_id, resolve))
    add(written)
    return answer
  }

  /** Raise an incident; its id is ours and answers everywhere, also where it joined another. */
  async function raise(type: string, options: RaiseOptions = {}): Promise<Kept> {
    const { quiet = false, id = newId(), ...rest } = options
    const data: CommandData = { type, id }
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) data[name] = value
    const deed = { command: 'open', incident: id, data, as: session.me?.id ?? null, quiet } as const
    return keep(deed, add)
  }

  /** A note of the branch that belongs to no incident. */
  const note = (text: string): Promise<Kept> => send('add-note', null, { text })

  function add(written: Kept): Kept {
    if (live.line === 'offline') written.tried = true // it will go by /sync
    sender.add(written)
    return written
  }

  function onAnswered(listener: Answered): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function tellSent(): void {
    justSent.value = sentSinceGap
    gap = false
    sentSinceGap = 0
    setTimeout(() => (justSent.value = 0), 3000)
  }

  return {
    all,
    kept: shownKept,
    overdue,
    unheeded,
    held,
    justSent,
    start,
    send,
    sendAndWait,
    raise,
    note,
    onAnswered,
    flush: () => sender.flush(),
    dismiss: (seq: number) => sender.dismiss(seq),
  }
})

