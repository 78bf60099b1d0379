/** The formats that the server offers, by its OpenAPI document: another one there does not compile here. */
import type { paths } from '@/api/schema'
import type { TextKey } from '@/i18n'
import type { IconName } from '@/ui/icons'

type Query = NonNullable<paths['/api/v1/incidents/{incident_id}/export']['get']['parameters']['query']>
export type ExportFormat = NonNullable<Query['format']>

interface Look {
  icon: IconName
  name: TextKey
  sub: TextKey
  subMany: TextKey
}

export const FORMATS = {
  json: { icon: 'lanes', name: 'auditor.export.json', sub: 'auditor.export.jsonSub', subMany: 'auditor.export.jsonMany' },
  csv: { icon: 'list', name: 'auditor.export.csv', sub: 'auditor.export.csvSub', subMany: 'auditor.export.csvSub' },
} as const satisfies Record<ExportFormat, Look>

export const FORMAT_NAMES = Object.keys(FORMATS) as ExportFormat[]
