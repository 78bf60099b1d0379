/** Which of these pages are for whom. */
import { computed } from 'vue'
import type { TextKey } from '@/i18n'
import { useSession } from '@/stores/session'

interface AfterPage {
  to: string
  label: TextKey
}

export function useAfterPages() {
  const session = useSession()
  return computed<AfterPage[]>(() => {
    const pages: AfterPage[] = []
    if (session.roles.some((role) => role !== 'admin')) pages.push({ to: '/desk/after', label: 'after.tabs.calls' })
    return pages
  })
}
