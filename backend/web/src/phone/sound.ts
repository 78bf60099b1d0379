/** The phone's voice: two rising tones by WebAudio, and vibration where the phone has it. Browsers
 *  keep both back until somebody has touched the page; `soundOn` says how it stands. */
import { ref } from 'vue'
import type { Voice } from './alarm'

export const soundOn = ref(false)
export const canVibrate = typeof navigator.vibrate === 'function'

const RING: readonly (readonly [hertz: number, at: number, long: number])[] = [
  [784, 0, 0.28],
  [1047, 0.3, 0.28],
  [784, 0.8, 0.28],
  [1047, 1.1, 0.42],
]
const SOFT: typeof RING = [[659, 0, 0.5]]
const BUZZ = [400, 150, 400, 150, 600]
const SOFT_BUZZ = [160]

let context: AudioContext | null = null
let playing: GainNode | null = null

/** Try to have a voice; without a touch so far the browser may say no. Also to be called by a touch. */
export async function unlockSound(): Promise<boolean> {
  if (typeof AudioContext === 'undefined') return false
  if (!context) {
    context = new AudioContext()
    context.addEventListener('statechange', () => (soundOn.value = context?.state === 'running'))
  }
  // Without a touch `resume` waits for ever: it must not hold anybody up.
  if (context.state !== 'running') void context.resume().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 50))
  soundOn.value = context.state === 'running'
  return soundOn.value
}

/** The first touch anywhere opens the sound; the answer ends the listening. */
export function unlockAtFirstTouch(): () => void {
  const touched = () => {
    if (!soundOn.value) void unlockSound()
  }
  const events = ['pointerdown', 'keydown'] as const
  for (const event of events) window.addEventListener(event, touched, { capture: true, passive: true })
  void unlockSound()
  return () => {
    for (const event of events) window.removeEventListener(event, touched, { capture: true })
  }
}

export const voice: Voice = {
  ring(soft) {
    play(soft ? SOFT : RING, soft ? 0.25 : 0.9)
    // Before the first touch the browser refuses, and says so as an error.
    if (canVibrate && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate(soft ? SOFT_BUZZ : BUZZ)
  },
  hush() {
    playing?.disconnect()
    playing = null
    if (canVibrate && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate(0)
  },
}

function play(tones: typeof RING, loudness: number): void {
  if (!context || context.state !== 'running') return
  playing?.disconnect()
  playing = context.createGain()
  playing.gain.value = loudness
  playing.connect(context.destination)
  for (const [hertz, at, long] of tones) tone(context, playing, hertz, context.currentTime + at, long)
}

function tone(on: AudioContext, out: AudioNode, hertz: number, from: number, long: number): void {
  const source = on.createOscillator()
  const shape = on.createGain()
  source.type = 'triangle'
  source.frequency.value = hertz
  shape.gain.setValueAtTime(0, from)
  shape.gain.linearRampToValueAtTime(1, from + 0.02)
  shape.gain.setValueAtTime(1, from + long - 0.08)
  shape.gain.linearRampToValueAtTime(0, from + long)
  source.connect(shape).connect(out)
  source.start(from)
  source.stop(from + long)
}
