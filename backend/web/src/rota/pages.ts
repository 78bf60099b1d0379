/** Who is on duty, and which days are worked: side by side. */
import type { TextKey } from '@/i18n'

export const PAGES: readonly { to: string; label: TextKey }[] = [
  { to: '/desk/rota', label: 'rota.tabs.rota' },
  { to: '/desk/rota/calendar', label: 'rota.tabs.calendar' },
]
