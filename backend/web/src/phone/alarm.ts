/** When the phone makes itself heard. Pure: the voice and the timer come from outside. */
import { asksNow, type LiveAlert } from '@/stores/alerts'

export interface Voice {
  /** The alarm's tone, loud; or one soft tone for what is told, not asked. */
  ring(soft: boolean): void
  hush(): void
}

/** What the alarm must know of an alert. */
export type Heard = Pick<LiveAlert, 'alert_id' | 'repeat' | 'kind' | 'urgency' | 'discreet' | 'fresh'>

const AGAIN_MS = 2400

export const keyOf = (alert: Pick<Heard, 'alert_id' | 'repeat'>): string => `${alert.alert_id}:${alert.repeat}`

export class Alarm {
  /** Those that may no longer sound: they were answered by a look, or had their one soft tone. */
  private readonly done = new Set<string>()
  private live: readonly Heard[] = []
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(
    private readonly voice: Voice,
    private readonly changed: (ringing: boolean) => void = () => undefined,
  ) {}

  /** These are live now. What asks to act at once rings on and on, the rest is one soft tone. Discreet ones are never heard, nor those that sounded before. */
  update(live: readonly Heard[]): void {
    this.live = live
    const keys = new Set(live.map(keyOf))
    for (const key of this.done) if (!keys.has(key)) this.done.delete(key)
    const audible = live.filter((each) => each.fresh && !each.discreet && !this.done.has(keyOf(each)))
    for (const each of audible) if (!asksNow(each)) this.done.add(keyOf(each))
    if (audible.some(asksNow)) this.start()
    else {
      this.stop()
      if (audible.length > 0) this.voice.ring(true)
    }
  }

  /** Somebody is looking: all that is live now has been heard. */
  hush(): void {
    for (const each of this.live) this.done.add(keyOf(each))
    this.stop()
  }

  get ringing(): boolean {
    return this.timer !== undefined
  }

  private start(): void {
    if (this.timer !== undefined) return
    this.timer = setInterval(() => this.voice.ring(false), AGAIN_MS)
    this.voice.ring(false)
    this.changed(true)
  }

  private stop(): void {
    if (this.timer === undefined) return
    clearInterval(this.timer)
    this.timer = undefined
    this.voice.hush()
    this.changed(false)
  }
}
