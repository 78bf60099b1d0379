import type { TextKey } from '@/i18n'
import type { IconName } from '@/ui/icons'

export interface Place {
  to: string
  icon: IconName
  label: TextKey
}

/** The place that an address lies in: the longest that it begins with. */
export function placeOf(places: readonly Place[], path: string): string | undefined {
  const fits = places.filter(({ to }) => path === to || path.startsWith(`${to}/`))
  return fits.sort((a, b) => b.to.length - a.to.length)[0]?.to
}
