/** Which of these pages are for whom. */
import { computed } from 'vue'
import type { components } from '@/api/schema'
import { MANAGERS } from '@/after/pages'
import type { TextKey } from '@/i18n'
import { useSession } from '@/stores/session'

export type Drill = components['schemas']['Drill']
export type Scenario = components['schemas']['Scenario']

const PLANNERS = new Set<string>(MANAGERS)

export const PAGES: readonly { to: string; label: TextKey }[] = [
  { to: '/desk/drills', label: 'drills.tabs.drills' },
  { to: '/desk/drills/scenarios', label: 'drills.tabs.scenarios' },
  { to: '/desk/drills/passes', label: 'drills.tabs.passes' },
]

export function useMayPlan() {
  const session = useSession()
  return computed(() => session.roles.some((role) => PLANNERS.has(role)))
}
