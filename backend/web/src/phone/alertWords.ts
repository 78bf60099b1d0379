/** What an alert says in words: why it came, what is known, who knows, who is next. */
import type { Incident, Playbook } from '@/api/types'
import { listed, t, tWord } from '@/i18n'
import type { LiveAlert } from '@/stores/alerts'
import { furthest } from '@/ui/delivery'

/** Why it came, when it is more than the raising itself. */
export function reasonText(alert: Pick<LiveAlert, 'reason'>): string {
  const word = tWord('phone.reason', alert.reason)
  return word === alert.reason ? '' : word
}

const joined = (parts: string[]): string => parts.join(t('phone.comma'))

/** 来了 4 人，有人煽动其他客户 */
export function knownFacts(incident: Pick<Incident, 'facts' | 'flags'>): string {
  const heads = incident.facts.head_count
  const parts = typeof heads === 'number' && heads > 0 ? [t('phone.alert.heads', { n: heads })] : []
  return joined([...parts, ...incident.flags.map((flag) => tWord('common.fact', flag))])
}

export function reporters(incident: Pick<Incident, 'reported_by'>): string {
  const standing = incident.reported_by.filter((each) => !each.withdrawn)
  const names = standing.map((each) => each.user?.name ?? each.device_name ?? t('phone.alert.tablet'))
  return t('phone.alert.reported', { names: listed([...new Set(names)]) })
}

/** Where in the branch to go: the counter that somebody wrote down, else the tablet that it was raised on. */
export function counterOf(incident: Pick<Incident, 'facts' | 'reported_by'>): string {
  const no = incident.facts.counter_no
  if (no !== undefined && no !== null) return t('phone.counter', { no: String(no) })
  return incident.reported_by.find((each) => each.device_name && !each.withdrawn)?.device_name ?? ''
}

/** Who has it in hand, or who has seen it and nobody has. */
export function whoKnows(incident: Pick<Incident, 'in_charge' | 'alerts'>, me: string | undefined): string {
  const { in_charge } = incident
  if (in_charge) return in_charge.id === me ? t('phone.alert.youAreInCharge') : t('phone.alert.inCharge', { name: in_charge.name })
  const seen = new Set<string>()
  for (const alert of incident.alerts) {
    for (const recipient of alert.recipients) {
      const state = furthest(recipient)?.state
      if (recipient.user && recipient.user.id !== me && state === 'seen') seen.add(recipient.user.name)
    }
  }
  if (seen.size === 0) return t('phone.alert.nobodyYet')
  return t('phone.alert.seenBy', { names: listed([...seen].slice(0, 3)) })
}

export interface Next {
  roles: string
  /** Known only while climbing is what happens next. */
  at: string | null
}

/** Who is told when nobody answers. The last level is told again. */
export function nextLevel(incident: Incident, book: Playbook | undefined): Next | null {
  if (!book || incident.status !== 'open') return null
  const reached = Math.max(0, ...incident.alerts.map((each) => each.level))
  const level = book.ladder[Math.min(reached, book.ladder.length - 1)]
  if (!level) return null
  const at = incident.next_deadline?.what === 'ladder' ? incident.next_deadline.at : null
  return { roles: listed(level.tell.map((role) => tWord('common.role', role))), at }
}
