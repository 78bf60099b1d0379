/** What the server refused: where on the page it is mended, and what that place is called. */
import { own, t } from '@/i18n'
import { clockName } from './choices'
import { CARDS, CLOCKS, FACTS, LADDER, type Difference, type Doc, type StepDoc } from './document'

export interface Fault {
  /** What is opened to mend it: a step, one of the other parts, or the whole. */
  id: string
  name: string
  detail: string
}

const OF_LADDER = new Set(['ladder', 'repeat_every', 'act_within', 'inform'])
const OF_FACTS = new Set(['proposed_when', 'duties'])

export function faultsOf(errors: readonly { field: string; detail: string }[], doc: Doc | null, steps: readonly StepDoc[]): Fault[] {
  return errors.map(({ field, detail }) => {
    const [, part = '', at] = field.split('.')
    if (OF_LADDER.has(part)) return { id: LADDER, name: part === 'ladder' && at !== undefined ? t('library.ladder.level', { n: Number(at) + 1 }) : t('library.ladder.name'), detail }
    if (part === 'clocks') {
      const clock = doc?.clocks?.[Number(at)]
      return { id: CLOCKS, name: clock ? clockName(clock.name) : t('library.clock.name'), detail }
    }
    if (part === 'cards') {
      const card = doc?.cards?.[Number(at)]
      return { id: CARDS, name: (card && own(card.title)) || t('library.card.name'), detail }
    }
    if (OF_FACTS.has(part)) return { id: FACTS, name: t('library.facts.name'), detail }
    const named = part === 'lines' ? doc?.lines?.[Number(at)]?.step : part === 'steps' ? doc?.steps?.[Number(at)]?.id : undefined
    const step = steps.find((each) => each.id === named)
    return step ? { id: step.id, name: own(step.title) || t('library.addStep'), detail } : { id: '', name: part ? t('library.wholeName') : '', detail }
  })
}

/** Which steps and other parts are different from what is in force. */
export function changedPlaces(differences: readonly Difference[]): ReadonlySet<string> {
  return new Set(
    differences.map(({ part, name, field }) => {
      if (part === 'clocks') return CLOCKS
      if (part === 'cards') return CARDS
      if (!part && OF_FACTS.has(field)) return FACTS
      return part ? name : OF_LADDER.has(field) ? LADDER : ''
    }),
  )
}
