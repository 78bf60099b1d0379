/** Lanes of a timeline: each actor's events as marks on the scale, near ones together, with room for labels. */
import type { Basis, TimelineEvent } from './types'
import { laneOf } from './types'
import type { Scale } from './scale'

export interface MarkOf {
  /** The event that stands for it, and all that share its place. */
  event: TimelineEvent
  events: TimelineEvent[]
  basis: Basis
  x: number
  /** The span of an estimated or bounded time. */
  from: number
  to: number
  label: Label | null
}

export interface Label {
  text: string
  time: string
  row: 'above' | 'beside' | 'below'
  /** Left edge. */
  x: number
}

export interface Lane {
  key: string
  first: TimelineEvent
  marks: MarkOf[]
}

export interface Naming {
  line: (event: TimelineEvent) => string
  time: (event: TimelineEvent) => string
  among: (count: number) => string
}

const TOGETHER = 15
const GAP = 10
const LONGEST = 26

/** A stretch of a lane along which a line is drawn: no words on it. */
export interface Stretch {
  lane: string
  from: number
  to: number
}

export function makeLanes(events: TimelineEvent[], scale: Scale, naming: Naming, drawn: Stretch | null = null): Lane[] {
  const lanes = new Map<string, TimelineEvent[]>()
  for (const event of events) {
    const own = lanes.get(laneOf(event))
    if (own) own.push(event)
    else lanes.set(laneOf(event), [event])
  }
  const made = [...lanes].map(([key, own]) => ({ key, first: own[0]!, marks: marksOf(own, scale) }))
  made.sort((a, b) => Number(a.first.actor.kind === 'system') - Number(b.first.actor.kind === 'system') || a.first.seq - b.first.seq)
  for (const lane of made) placeLabels(lane.marks, scale.width, naming, drawn?.lane === lane.key ? drawn : null)
  return made
}

const moment = (text: string): number => Date.parse(text)
const isSpan = (basis: Basis): boolean => basis === 'estimated' || basis === 'bounded'

/** Events of the same basis that would cover each other are one mark. */
function marksOf(events: TimelineEvent[], scale: Scale): MarkOf[] {
  const marks: MarkOf[] = []
  const last = new Map<Basis, MarkOf>()
  const ordered = [...events].sort((a, b) => moment(a.occurred.estimate) - moment(b.occurred.estimate) || a.seq - b.seq)
  for (const event of ordered) {
    const { basis, estimate, not_before: early, not_after: late } = event.occurred
    const x = scale.x(moment(estimate))
    const [from, to] = isSpan(basis) ? [scale.x(moment(early)), scale.x(moment(late))] : [x, x]
    const near = last.get(basis)
    if (near && x - near.x < TOGETHER) {
      near.events.push(event)
      near.from = Math.min(near.from, from)
      near.to = Math.max(near.to, to)
      continue
    }
    const mark = { event, events: [event], basis, x, from, to, label: null }
    marks.push(mark)
    last.set(basis, mark)
  }
  return marks.sort((a, b) => a.x - b.x)
}

/** Each mark's words where there is room: beside it, above, below; else only when it is chosen. */
function placeLabels(marks: MarkOf[], width: number, naming: Naming, drawn: Stretch | null): void {
  const taken: Record<Label['row'], number> = { above: 0, beside: 0, below: 0 }
  for (const [index, mark] of marks.entries()) {
    const text = labelText(mark, naming)
    const time = naming.time(mark.event)
    const needs = textWidth(`${text} ${time}`) + GAP
    const next = marks[index + 1]
    const free = Math.min(next ? Math.min(next.from, next.x) - GAP : width, width)
    const beside = Math.max(mark.x, mark.to) + (mark.events.length > 1 ? 24 : 14)
    const row = (['beside', 'above', 'below'] as const).find((each) => {
      const crossed = drawn && beside < drawn.to && beside + needs > drawn.from
      if (each === 'beside') return !crossed && beside >= taken.beside && beside + needs <= free
      if (each === 'below' && drawn && mark.x < drawn.to && mark.x + needs > drawn.from) return false
      return mark.x - 7 >= taken[each] && mark.x - 7 + needs <= width
    })
    if (row) {
      const x = row === 'beside' ? beside : mark.x - 7
      mark.label = { text, time, row, x }
      taken[row] = x + needs
    } else if (mark.x - needs >= Math.max(taken.above, 0) && index === marks.length - 1) {
      mark.label = { text, time, row: 'above', x: mark.x - needs + 7 }
    }
    taken.beside = Math.max(taken.beside, Math.max(mark.x, mark.to) + GAP)
  }
}

function labelText(mark: MarkOf, naming: Naming): string {
  const line = cut(naming.line(mark.event))
  return mark.events.length > 1 ? `${line} ${naming.among(mark.events.length)}` : line
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)

/** Near enough for 13 px: a Chinese character is square, a Latin one about half. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += character.charCodeAt(0) > 0x2e7f ? 13 : 7.1
  return width
}
