/** What the values of a fact are called. */
import { tWord } from '@/i18n'

const GROUPS: Record<string, string> = {
  place: 'incident.place',
  holder: 'incident.holder',
  profile: 'incident.profile',
  manners: 'incident.manner',
  complaint_kind: 'incident.kind',
  card_topic: 'incident.topic',
}

/** The word for one of the fact's choices; null where it has none to choose from. */
export function choiceWord(fact: string, value: string): string | null {
  const group = GROUPS[fact]
  return group ? tWord(group, value) : null
}
