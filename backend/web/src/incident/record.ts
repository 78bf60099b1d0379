/** A step's record form: what was typed becomes the values that the server takes, or says what is wrong. */
import type { RecordField } from '@/api/types'
import type { CommandData } from '@/offline/kept'

export type Typed = Record<string, string | null>
export type Fault = 'required' | 'whole'

export function recordOf(fields: readonly RecordField[], typed: Typed): { record: CommandData; faults: Record<string, Fault> } {
  const record: CommandData = {}
  const faults: Record<string, Fault> = {}
  for (const { name, type, required } of fields) {
    const value = typed[name]?.trim() ?? ''
    if (!value) {
      if (required) faults[name] = 'required'
    } else if (type === 'number') {
      if (/^-?\d{1,15}$/.test(value)) record[name] = Number(value)
      else faults[name] = 'whole'
    } else {
      record[name] = type === 'boolean' ? value === 'yes' : value
    }
  }
  return { record, faults }
}
