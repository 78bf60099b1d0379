/** Sends what the queue holds: in order, never under another person's name. A command that goes out
 *  twice (two tabs, a crash after the answer) is answered `repeated` and changes nothing. */
import { leftBehind, remove, store, stored } from './commands'
import { isNote, isOverdue, type Kept } from './kept'
import { BatchRefused, forSync, LineDown, sendBatch, sendDirect, SignedOut, type Name, type Result } from './wire'

export interface House {
  /** Whose session the cookie stands for now; null for the tablet alone. */
  person(): string | null
  /** This is a paired tablet, which may raise in its own name. */
  onDevice(): boolean
  /** Somebody has left (the screen is locked), and the server has not heard of it yet. */
  leaving(): boolean
  /** End their session; throws LineDown. */
  leave(): Promise<void>
  /** Ask the server again who is signed in. */
  check(): Promise<void>
  /** The queue looks different now. */
  changed(queue: Kept[]): void
  /** A command has been answered. */
  answered(kept: Kept, result: Result): void
  /** The line works, or does not. */
  reached(ok: boolean): void
}

const LARGEST_BATCH = 1_900_000
const MOST_COMMANDS = 500
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]

export class Sender {
  queue: Kept[] = []
  private running: Promise<void> | null = null
  private following: Promise<void> | null = null
  private failures = 0
  /** Of this page's time: what is done with, too. */
  private readonly known = new Set<number>()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly house: House) {}

  async load(): Promise<void> {
    this.queue = []
    this.take(await stored().catch(() => []))
    this.house.changed(this.queue)
  }

  /** Take a command that `keep` has written down. */
  add(kept: Kept): void {
    this.take([kept])
    void this.flush()
    this.house.changed(this.queue) // the request first, then the drawing
  }

  private take(more: Kept[]): void {
    for (const { seq } of more) this.known.add(seq)
    this.queue = [...this.queue, ...more].sort((a, b) => a.seq - b.seq)
  }

  /** Somebody has read what became of it. */
  async dismiss(seq: number): Promise<void> {
    await this.drop(seq)
  }

  /** Send everything that can be sent; resolves when that is done or the line is down. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    if (this.running) {
      // What came meanwhile may have missed the last look at the queue.
      this.following ??= this.running.then(() => {
        this.following = null
        return this.failures ? undefined : this.flush()
      })
      return this.following
    }
    this.running = this.run().finally(() => (this.running = null))
    return this.running
  }

  private async run(): Promise<void> {
    let quiet = false
    try {
      for (let batch = await this.nextOrFound(); batch.length; batch = await this.nextOrFound()) {
        quiet = batch.every((kept) => kept.quiet)
        if (batch[0]!.as === null && this.house.leaving()) await this.house.leave()
        await this.send(batch)
        if (!quiet) this.house.reached(true)
      }
      quiet = false
      if (this.house.leaving()) await this.house.leave()
      this.failures = 0
    } catch (error) {
      const waits = quiet ? await this.behindQuiet(error) : true
      if (waits) this.house.reached(error instanceof SignedOut || !(error instanceof LineDown))
      const pause = PAUSES_MS[Math.min(waits ? this.failures++ : 0, PAUSES_MS.length - 1)]
      this.timer = setTimeout(() => void this.flush(), pause)
    }
  }

  /** A covert alert that does not get through moves nothing on the screen, not even the sign of the line. What
   *  waits behind it looks as if it had been tried itself. */
  private async behindQuiet(error: unknown): Promise<boolean> {
    const first = this.queue.find((kept) => kept.state === 'kept' && !kept.quiet && this.mayGo(kept))
    if (first && !first.tried && !(error instanceof SignedOut)) await this.replace({ ...first, tried: true })
    return first !== undefined
  }

  private async nextOrFound(): Promise<Kept[]> {
    const batch = this.next()
    return batch.length ? batch : (await this.find()) ? this.next() : []
  }

  /** What another tab has left. Whether there was any. */
  private async find(): Promise<boolean> {
    const others = await leftBehind(this.known).catch(() => [])
    this.take(others)
    if (others.length) this.house.changed(this.queue)
    return others.length > 0
  }

  /** What goes out next: a note alone, or consecutive commands of one person. */
  private next(): Kept[] {
    const sendable = this.queue.filter((kept) => kept.state === 'kept' && this.mayGo(kept))
    const first = sendable[0]
    if (!first || isNote(first)) return first ? [first] : []
    const batch: Kept[] = []
    let size = 0
    for (const kept of sendable) {
      size += JSON.stringify(forSync(kept)).length * 3 // at most, in UTF-8
      const full = batch.length > 0 && (size > LARGEST_BATCH || batch.length === MOST_COMMANDS)
      if (full || isNote(kept) || kept.as !== first.as) break
      batch.push(kept)
    }
    return batch
  }

  private mayGo(kept: Kept): boolean {
    // An emergency waits for nobody; anything else goes under the name of who did it.
    return kept.command === 'open' || kept.as === null || kept.as === this.house.person()
  }

  /** Somebody else's emergency goes out as the tablet's own, never under the name of who is here now. */
  private nameFor(kept: Kept): Name {
    if (kept.command !== 'open' || kept.as === this.house.person()) return kept.as
    return this.house.onDevice() ? null : 'whoever'
  }

  private async send(batch: Kept[]): Promise<void> {
    const [only] = batch
    if (batch.length === 1 && (isNote(only!) || !isOverdue(only!))) {
      await this.sendOne(only!)
      return
    }
    try {
      const results = await sendBatch(batch, this.nameFor(only!))
      for (const [index, kept] of batch.entries()) await this.settle(kept, results[index]!)
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error
      if (error.problem.status === 401) {
        if (!batch.every((kept) => kept.quiet)) await this.house.check()
        throw new SignedOut(error.message)
      }
      if (batch.length === 1) {
        await this.settle(only!, { outcome: 'refused', problem: error.problem })
        return
      }
      const half = Math.ceil(batch.length / 2)
      await this.send(batch.slice(0, half))
      await this.send(batch.slice(half))
    }
  }

  private async sendOne(kept: Kept): Promise<void> {
    try {
      await this.settle(kept, await sendDirect(kept, this.nameFor(kept)))
    } catch (error) {
      if (error instanceof LineDown && !kept.tried) await this.replace({ ...kept, tried: true })
      throw error
    }
  }

  private async settle(kept: Kept, result: Result): Promise<void> {
    const status = result.problem?.status
    if (result.outcome === 'refused' && (status === 401 || status === 403)) {
      // Nobody is sent to the sign-in by a covert alert; the notes page asks by itself, always.
      if (!kept.quiet) await this.house.check()
      if (status === 401) throw new SignedOut('nobody is signed in, and this is no paired device')
      if (!this.mayGo(kept)) return // it waits for whoever did it
    }
    const gone = result.outcome === 'applied' || result.outcome === 'repeated' || kept.quiet
    const state = result.outcome === 'late' ? 'late' : 'refused'
    const written = gone ? this.drop(kept.seq) : this.replace({ ...kept, state, problem: result.problem })
    this.house.answered(kept, result) // who waits for "sent" does not wait for the disk as well
    await written
  }

  private async replace(kept: Kept): Promise<void> {
    this.queue = this.queue.map((each) => (each.seq === kept.seq ? kept : each))
    await store(kept).catch(() => undefined) // a full disk stops no sending
    this.house.changed(this.queue)
  }

  private async drop(seq: number): Promise<void> {
    this.queue = this.queue.filter((each) => each.seq !== seq)
    this.house.changed(this.queue) // the screen first: what a crash brings back is answered `repeated`
    await remove(seq).catch(() => undefined)
  }
}
