/** What the board says of what runs out. */
import type { Due } from './useBoard'
import { own, t, tWord } from '@/i18n'
import './texts'

export function dueText(due: Pick<Due, 'kind' | 'what' | 'title'>): string {
  if (due.title) return own(due.title)
  if (due.kind === 'ladder') return t('board.due.ladder', { n: due.what })
  const words = tWord('incident.head.clock', due.what)
  return words === due.what ? t('incident.head.next.clock') : words
}

export const callText = (kind: string): string => (kind === 'satisfaction' || kind === 'call_back' ? t(`board.due.call.${kind}`) : t('board.due.call.other'))
