/** Which of these pages are for whom. */
import { computed } from 'vue'
import type { TextKey } from '@/i18n'
import { useSession } from '@/stores/session'

export const MANAGERS = ['branch_manager', 'deputy_manager', 'counter_supervisor', 'regional_manager', 'hq_duty'] as const
const REVIEWERS = new Set<string>([...MANAGERS, 'complaint_officer', 'compliance_officer', 'legal_officer', 'auditor'])

interface AfterPage {
  to: string
  label: TextKey
}

export function useAfterPages() {
  const session = useSession()
  return computed<AfterPage[]>(() => {
    const pages: AfterPage[] = []
    if (session.roles.some((role) => role !== 'admin')) pages.push({ to: '/desk/after', label: 'after.tabs.calls' })
    if (session.roles.some((role) => REVIEWERS.has(role))) pages.push({ to: '/desk/after/reviews', label: 'after.tabs.reviews' })
    if (session.roles.some((role) => role !== 'admin')) pages.push({ to: '/desk/after/objections', label: 'after.tabs.objections' })
    return pages
  })
}
