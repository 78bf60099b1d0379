/** The words of a statement that somebody is writing: what the server has, what is typed here, and
 *  that somebody else has written meanwhile. Nothing that was typed is ever replaced unasked. */
import { computed, ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'
import { letterOf, withWords } from './letter'

export type Lang = 'zh' | 'en'
type Found = components['schemas']['StatementDraft']
interface Typed {
  text: string
  contact: string
}

const same = (one: Typed, other: Typed): boolean => one.text === other.text && one.contact === other.contact
const wordsOf = (found: Found): Typed => ({ text: found.text ?? '', contact: found.contact ?? '' })

export function useWords(incident: () => string, lang: Lang) {
  const found = shallowRef<Found | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const typed = ref<Typed>({ text: '', contact: '' })
  /** What it was when it was last the server's, and its number there. */
  const began = shallowRef<Typed>({ text: '', contact: '' })
  const base = ref(0)
  /** Typed here and given up for another's words; it can be had back. */
  const laidAside = shallowRef<Typed | null>(null)

  const dirty = computed(() => !same(typed.value, began.value))
  const newer = computed(() => (found.value && dirty.value && found.value.draft !== base.value ? found.value : null))
  const paper = computed(() => (found.value ? letterOf(found.value.paper) : null))
  const letter = computed(() => (paper.value ? withWords(paper.value, typed.value.text, typed.value.contact) : null))

  function take(from: Found): void {
    base.value = from.draft
    began.value = wordsOf(from)
    typed.value = wordsOf(from)
  }

  /** Read again. `sent`: these words have just been taken by the server. */
  async function load(sent?: Typed): Promise<void> {
    loading.value = true
    try {
      const params = { path: { incident_id: incident() }, query: { lang } }
      const answer = await ask(api.GET('/api/v1/incidents/{incident_id}/statement', { params }))
      problem.value = null
      const first = found.value === null
      found.value = answer
      if (sent && same(sent, wordsOf(answer))) {
        began.value = sent
        base.value = answer.draft
      } else if (first || !dirty.value) take(answer)
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** Go on with what is typed here, over the other's words. */
  function keepMine(): void {
    base.value = found.value?.draft ?? base.value
  }
  function takeTheirs(): void {
    if (!found.value) return
    laidAside.value = { ...typed.value }
    take(found.value)
  }
  function takeBack(): void {
    if (!laidAside.value) return
    typed.value = laidAside.value
    laidAside.value = null
  }

  return { lang, found, problem, loading, typed, base, dirty, newer, letter, laidAside, load, keepMine, takeTheirs, takeBack }
}

export type Words = ReturnType<typeof useWords>
