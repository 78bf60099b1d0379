/** Where somebody may go at a desk: only pages that there are, and that are for them. */
import { computed } from 'vue'
import { useSession } from '@/stores/session'
import type { Place } from './places'

const DESK = new Set(['compliance_officer', 'legal_officer', 'complaint_officer', 'business_line', 'admin'])
const MANAGERS = new Set(['branch_manager', 'deputy_manager', 'counter_supervisor', 'regional_manager', 'hq_duty'])
const EXPORTERS = new Set(['auditor', 'compliance_officer', 'legal_officer'])
const COUNTERS = new Set(['auditor', 'complaint_officer', 'compliance_officer', 'legal_officer', 'business_line'])
const LOOKERS = new Set([...MANAGERS, 'auditor', 'complaint_officer', 'office_staff'])
const LIBRARY = new Set(['compliance_officer', 'legal_officer', 'complaint_officer', 'admin', 'auditor', 'branch_manager', 'deputy_manager', 'regional_manager', 'hq_duty'])
const CALENDAR = new Set(['admin', 'compliance_officer'])
const WATCHERS = new Set(['auditor', 'admin'])
export const DEVICE_KEEPERS = new Set(['admin', 'branch_manager'])

const some = (roles: string[], of: Set<string>): boolean => roles.some((role) => of.has(role))

/** Exports something, somewhere; the server decides for each incident. */
export const mayExport = (roles: string[]): boolean => some(roles, EXPORTERS) || some(roles, MANAGERS)

export function usePlaces() {
  const session = useSession()
  return computed<Place[]>(() => {
    const roles = session.roles
    const places: Place[] = []
    if (session.home === '/duty') places.push({ to: '/duty', icon: 'bell', label: 'desk.nav.duty' })
    if (some(roles, LOOKERS)) places.push({ to: '/desk/board', icon: 'eye', label: 'desk.nav.board' })
    if (some(roles, DESK)) places.push({ to: '/desk', icon: 'grid', label: 'desk.nav.desk' })
    if (roles.some((role) => role !== 'admin')) {
      places.push({ to: listPath(roles), icon: 'list', label: 'desk.nav.incidents' })
    }
    if (mayExport(roles)) places.push({ to: '/audit/file', icon: 'shield-ok', label: 'desk.nav.file' })
    if (roles.includes('admin')) {
      places.push({ to: '/desk/staff', icon: 'user', label: 'desk.nav.staff' })
      places.push({ to: '/desk/orgs', icon: 'lanes', label: 'desk.nav.orgs' })
    }
    if (roles.some((role) => role !== 'admin')) places.push({ to: '/desk/after', icon: 'phone', label: 'desk.nav.after' })
    if (roles.some((role) => role !== 'admin')) places.push({ to: '/desk/drills', icon: 'shield', label: 'desk.nav.drills' })
    if (some(roles, MANAGERS) || some(roles, COUNTERS)) places.push({ to: '/desk/customers', icon: 'group', label: 'desk.nav.customers' })
    if (roles.some((role) => role !== 'admin')) places.push({ to: '/desk/suggestions', icon: 'up', label: 'desk.nav.suggestions' })
    if (some(roles, LIBRARY)) places.push({ to: '/desk/library', icon: 'book', label: 'desk.nav.library' })
    if (some(roles, MANAGERS) || some(roles, COUNTERS)) places.push({ to: '/desk/statistics', icon: 'chart', label: 'desk.nav.statistics' })
    if (some(roles, MANAGERS) || some(roles, WATCHERS)) places.push({ to: '/desk/readiness', icon: 'target', label: 'desk.nav.readiness' })
    places.push({ to: '/desk/rota', icon: 'clock', label: 'desk.nav.rota' })
    if (some(roles, CALENDAR)) places.push({ to: '/desk/rota/calendar', icon: 'calendar', label: 'desk.nav.calendar' })
    places.push({ to: '/desk/absences', icon: 'swap', label: 'desk.nav.absences' })
    if (some(roles, DEVICE_KEEPERS)) places.push({ to: '/desk/devices', icon: 'tablet', label: 'desk.nav.devices' })
    return places
  })
}

/** The list is an auditor's home; everybody else has it beside theirs. */
export const listPath = (roles: string[]): string => (roles.includes('auditor') ? '/audit' : '/incidents')
