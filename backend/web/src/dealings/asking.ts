/** What a sheet asks before a command goes out: its fields, and what they become. */
import type { TextKey } from '@/i18n'
import type { CommandData, CommandName } from '@/offline/kept'
import { momentOf } from '@/rota/zones'

export interface AskedField {
  name: string
  label: TextKey
  type: 'line' | 'area' | 'when' | 'number' | 'choice'
  optional?: boolean
  hint?: TextKey
  choices?: readonly { value: string; label: TextKey; disabled?: boolean }[]
  /** What stands in it at first. */
  first?: string
}

export interface Asked {
  command: CommandName
  title: TextKey
  sub?: TextKey
  /** Beside the title: what it is about. */
  about?: string
  action: TextKey
  fields: readonly AskedField[]
  /** What goes out with it, whatever is typed. */
  data?: CommandData
  grave?: boolean
}

export type Filled = Record<string, string>

/** The command's data, and which needed fields are empty. `zone`: the clocks that a time is said by. */
export function dataOf(asked: Asked, filled: Filled, zone: string): { data: CommandData; missing: string[] } {
  const data: CommandData = { ...asked.data }
  const missing: string[] = []
  for (const { name, type, optional } of asked.fields) {
    const value = (filled[name] ?? '').trim()
    if (!value) {
      if (!optional) missing.push(name)
    } else if (type === 'when') {
      const [date = '', time = ''] = value.split('T')
      data[name] = momentOf({ date, time }, zone)
    } else if (type === 'number') {
      if (/^\d{1,3}$/.test(value)) data[name] = Number(value)
      else missing.push(name)
    } else data[name] = value
  }
  return { data, missing }
}
