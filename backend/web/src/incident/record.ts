/** A step's record form: what was typed becomes the values that the server takes, or says what is wrong. */
import type { RecordField, Step } from '@/api/types'
import type { CommandData } from '@/offline/kept'

export type Typed = Record<string, string | null>
export type Fault = 'required' | 'whole' | 'rule'
export type RecordRule = NonNullable<Step['record_rules']>[number]

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

/** Fields that do not go with another one (the server refuses them, too), each with the reason. */
export function brokenRules(rules: readonly RecordRule[], record: CommandData): Map<string, RecordRule> {
  const broken = rules.filter(({ when_field, when, field, needs }) => when.includes(String(record[when_field])) && !needs.includes(String(record[field])))
  return new Map(broken.map((rule) => [rule.field, rule]))
}
