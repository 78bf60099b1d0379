/** Where a moment stands on the time axis. Time without events is pressed together, and says so. */

export interface Break {
  x: number
  /** Milliseconds that are pressed together here. */
  lasts: number
}

export interface Mark {
  x: number
  at: number
}

export interface Scale {
  width: number
  x: (at: number) => number
  breaks: Break[]
  ticks: Mark[]
}

const EDGE = 40
/** A long wait that would be wider than this is pressed together to `PRESSED`. */
const WIDEST = 200
/** Long is what is longer than this, and many times what is usual in this incident. */
const LONG_MS = 10_000
const UNUSUAL = 8
const PRESSED = 72
const APART = 96
const SECONDS = 1000
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400]

interface Piece {
  from: number
  to: number
  x: number
  width: number
  pressed: boolean
}

/** `moments`: when events happened. `width`: what they should fill, at least. */
export function makeScale(moments: number[], width: number, zone = 8 * 3600 * SECONDS): Scale {
  const sorted = [...new Set(moments)].sort((a, b) => a - b)
  const first = sorted[0] ?? 0
  const room = Math.max(100, width - 2 * EDGE)
  const isLong = longIn(sorted)
  const perMs = densityFor(sorted, room, isLong)
  const pieces = layOut(sorted, perMs, isLong)
  const end = pieces.at(-1)
  const whole = end ? end.x + end.width + EDGE : width
  const x = (at: number): number => place(pieces, at, first, perMs, whole)
  const breaks = pieces.filter((piece) => piece.pressed).map((piece) => ({ x: piece.x + piece.width / 2, lasts: piece.to - piece.from }))
  return { width: Math.max(width, whole), x, breaks, ticks: ticksOf(pieces, sorted, perMs, zone) }
}

/** Pixels for a millisecond, so that all together fill the room. */
function densityFor(sorted: number[], room: number, isLong: Long): number {
  const gaps = gapsOf(sorted)
  const total = (perMs: number) => gaps.reduce((sum, gap) => sum + widthOf(gap, perMs, isLong), 0)
  let [low, high] = [1e-9, 0.5]
  for (let turn = 0; turn < 48; turn += 1) {
    const middle = Math.sqrt(low * high)
    if (total(middle) > room) high = middle
    else low = middle
  }
  return low
}

type Long = (gap: number) => boolean
const isPressed = (gap: number, perMs: number, isLong: Long): boolean => isLong(gap) && gap * perMs > WIDEST
const widthOf = (gap: number, perMs: number, isLong: Long): number => (isPressed(gap, perMs, isLong) ? PRESSED : gap * perMs)

const gapsOf = (sorted: number[]): number[] => sorted.slice(1).map((at, index) => at - sorted[index]!)

function longIn(sorted: number[]): Long {
  const gaps = gapsOf(sorted).sort((a, b) => a - b)
  const usual = gaps.slice(0, Math.max(1, Math.floor(gaps.length * 0.9)))
  const mean = usual.reduce((sum, gap) => sum + gap, 0) / Math.max(1, usual.length)
  const least = Math.max(LONG_MS, UNUSUAL * mean)
  return (gap) => gap >= least
}

function layOut(sorted: number[], perMs: number, isLong: Long): Piece[] {
  const pieces: Piece[] = []
  let x = EDGE
  for (const [index, to] of sorted.slice(1).entries()) {
    const from = sorted[index]!
    const width = widthOf(to - from, perMs, isLong)
    pieces.push({ from, to, x, width, pressed: isPressed(to - from, perMs, isLong) })
    x += width
  }
  return pieces
}

/** What lies outside the events stands at the edge. */
function place(pieces: Piece[], at: number, first: number, perMs: number, whole: number): number {
  if (at <= first || !pieces.length) return Math.max(4, EDGE - (first - at) * perMs)
  let [low, high] = [0, pieces.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pieces[middle]!.to < at) low = middle + 1
    else high = middle
  }
  const piece = pieces[low]!
  if (at > piece.to) return Math.min(whole - 4, piece.x + piece.width + (at - piece.to) * perMs)
  return piece.x + ((at - piece.from) / (piece.to - piece.from)) * piece.width
}

/** Round times where time runs evenly; the first event after a pressed gap has its own. */
function ticksOf(pieces: Piece[], sorted: number[], perMs: number, zone: number): Mark[] {
  const step = (STEPS.find((each) => each * SECONDS * perMs >= APART) ?? 86400) * SECONDS
  const found: Mark[] = []
  const add = (x: number, at: number, must = false): void => {
    const last = found.at(-1)
    if (last && x - last.x < APART) {
      if (!must || found.length === 1) return
      found.pop()
    }
    found.push({ x, at })
  }
  if (sorted.length) add(EDGE, sorted[0]!)
  for (const piece of pieces) {
    if (piece.pressed) add(piece.x + piece.width, piece.to, true)
    else {
      for (let at = Math.ceil((piece.from + zone) / step) * step - zone; at < piece.to; at += step) {
        add(piece.x + (at - piece.from) * perMs, at)
      }
    }
  }
  return found
}
