/** The step that is next for this person: their own first, else the first that can be done. */
import type { Rights } from './rights'
import type { ShownStep } from '@/stores/overlay'

export function nextStep(steps: readonly ShownStep[], rights: Rights): ShownStep | null {
  const ready = steps.filter((step) => step.state === 'ready' && rights.complete(step))
  return ready.find((step) => rights.roles.has(step.owner)) ?? ready[0] ?? null
}
