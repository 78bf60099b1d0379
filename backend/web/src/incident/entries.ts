/** Notes and attachments as the timeline tells them, with what is still on the way from here. */
import type { ShownNote } from '@/stores/overlay'
import type { OccurredAt, TimelineEvent } from './useTimeline'

export interface Entry {
  key: string
  kind: 'note' | 'image' | 'audio' | 'pdf'
  /** null where retention has removed the text. */
  text: string | null
  by: string | null
  at: string
  occurred?: OccurredAt
  attachment?: string
  sending?: boolean
}

export function entriesOf(
  events: readonly TimelineEvent[],
  sending: readonly ShownNote[],
  textOf: (value: unknown) => string | null,
): Entry[] {
  const found: Entry[] = []
  for (const event of events) {
    const common = { key: event.id, by: event.actor.name ?? null, at: event.recorded_at, occurred: event.occurred }
    if (event.type === 'note.added') found.push({ ...common, kind: 'note', text: textOf(event.data.text) })
    if (event.type === 'attachment.added') {
      const { attachment_id, media_type, caption } = event.data
      found.push({ ...common, kind: kindOf(String(media_type)), text: caption ? textOf(caption) : '', attachment: String(attachment_id) })
    }
  }
  for (const note of sending) found.push({ key: `s${note.seq}`, kind: 'note', text: note.text, by: null, at: note.at, sending: true })
  return found.reverse()
}

function kindOf(type: string): Entry['kind'] {
  if (type.startsWith('image/')) return 'image'
  return type.startsWith('audio/') ? 'audio' : 'pdf'
}
