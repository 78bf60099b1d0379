/** What a person may do to an incident. The server decides; this only spares buttons that it would refuse. */
import type { Incident, Me, Step } from '@/api/types'

export interface Rights {
  manager: boolean
  inCharge: boolean
  /** At the branch, or told of it: facts, playbooks, escalation. */
  involved: boolean
  /** May write notes and attach photos. */
  writes: boolean
  roles: ReadonlySet<string>
  complete: (step: Step) => boolean
  /** Go on behind a closed gate, with a reason. */
  override: (step: Step) => boolean
  clear: (step: Step) => boolean
  skip: (step: Step) => boolean
  reopen: (step: Step) => boolean
}

type Seen = Pick<Incident, 'branch' | 'alerts' | 'informed' | 'in_charge' | 'facts' | 'status'>

const AT_BRANCH = new Set(['teller', 'lobby_manager', 'guard', 'counter_supervisor', 'branch_manager', 'deputy_manager'])
const MANAGERS = new Set(['branch_manager', 'deputy_manager', 'counter_supervisor', 'regional_manager', 'hq_duty'])

export function rightsOf(incident: Seen, me: Me | null): Rights {
  const held = (me?.roles ?? []).filter(({ role, org }) => org.id === incident.branch.id || !AT_BRANCH.has(role))
  const roles = new Set(held.map(({ role }) => role))
  const told = me !== null && peopleTold(incident).some((user) => user === me.id)
  const atBranch = held.some(({ org }) => org.id === incident.branch.id)
  const manager = [...roles].some((role) => MANAGERS.has(role))
  const involved = atBranch || told
  const going = incident.status !== 'closed' && incident.status !== 'cancelled'
  const complete = (step: Step): boolean => {
    if (!going) return false
    if (step.only.length) return step.only.some((role) => roles.has(role))
    return involved || manager || roles.has(step.owner)
  }
  return {
    manager,
    inCharge: me !== null && incident.in_charge?.id === me.id,
    involved,
    writes: told || [...roles].some((role) => role !== 'auditor' && role !== 'admin'),
    roles,
    complete,
    override: (step) => {
      const gate = step.gate
      if (!gate || gate.open || step.state !== 'locked' || !complete(step)) return false
      return (manager && gate.override) || gate.override_by_anyone_if.some((fact) => incident.facts[fact] === true)
    },
    clear: (step) => going && step.state === 'locked' && !!step.gate?.clearance && roles.has(step.gate.clearance),
    skip: (step) => going && !step.must && isOpen(step) && (manager || roles.has(step.owner)),
    reopen: (step) => going && manager && (step.state === 'done' || step.state === 'skipped'),
  }
}

function peopleTold(incident: Seen): string[] {
  const recipients = [...incident.alerts.flatMap((alert) => alert.recipients), ...incident.informed]
  return recipients.flatMap(({ user }) => (user ? [user.id] : []))
}

const isOpen = (step: Step): boolean => step.state === 'ready' || step.state === 'locked'
