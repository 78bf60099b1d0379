/** Exporting what the list stands for: by time and org, as the server does it. */
import { t, type Language } from '@/i18n'
import type { Filters } from './filters'
import type { OrgInTree } from './useOrgs'

export function exportPath(filters: Filters, format: string, lang: Language): string {
  const query = new URLSearchParams({ format, lang })
  if (filters.since) query.set('from', filters.since)
  if (filters.until) query.set('to', filters.until)
  if (filters.branch) query.set('org', filters.branch)
  return `/api/v1/exports?${query}`
}

/** The same in words. */
export function exportScope(filters: Filters, tree: OrgInTree[]): string {
  const org = tree.find(({ id }) => id === filters.branch)
  return t('auditor.export.scope', {
    org: org?.name ?? (filters.branch || t('auditor.filter.anyOrg')),
    from: filters.since || t('auditor.export.start'),
    to: filters.until || t('auditor.export.now'),
  })
}
