/** A version that is being written: saved by itself, and honest about what is not saved. */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import { useHeard } from '@/stores/heard'
import { clone, tidy, type Doc, type Version } from './document'

const TYPING_MS = 900

export type Saved = 'saved' | 'waiting' | 'saving' | 'refused' | 'offline' | 'stale'

export function useDraft(path: Ref<{ playbook: string; version: string }>) {
  const version = shallowRef<Version | null>(null)
  const doc = ref<Doc | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const trouble = shallowRef<Problem | null>(null)
  const state = ref<Saved>('saved')
  const voided = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let kept = ''

  const text = (): string => JSON.stringify(tidy(doc.value))
  const dirty = computed(() => state.value !== 'saved')

  function take(found: Version): void {
    version.value = found
    kept = JSON.stringify(tidy(found.content))
  }

  async function load(): Promise<void> {
    loading.value = true
    try {
      const found = await ask(api.GET('/api/v1/playbooks/{playbook}/versions/{version}', { params: { path: path.value } }))
      take(found)
      doc.value = clone(found.content) as unknown as Doc
      state.value = 'saved'
      problem.value = trouble.value = null
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    const before = version.value
    const sent = text()
    if (!before || state.value === 'saving' || sent === kept) return
    state.value = 'saving'
    try {
      const body = { content: JSON.parse(sent) as Record<string, never>, revision: before.revision }
      const found = await ask(
        api.PATCH('/api/v1/playbooks/{playbook}/versions/{version}', { params: { path: { ...path.value, version: before.id } }, body }),
      )
      voided.value ||= before.compliance !== null || before.legal !== null
      take(found)
      kept = sent
      trouble.value = null
      state.value = 'saved'
      if (text() !== sent) later()
    } catch (error) {
      trouble.value = asProblem(error)
      state.value = trouble.value.kind === 'offline' ? 'offline' : trouble.value.kind === 'changed-meanwhile' ? 'stale' : 'refused'
    }
  }

  function later(): void {
    if (state.value === 'stale') return
    if (state.value !== 'saving') state.value = 'waiting'
    clearTimeout(timer)
    timer = setTimeout(() => void save(), TYPING_MS)
  }

  watch(
    doc,
    () => {
      if (!version.value?.may.includes('edit')) return
      if (text() !== kept) later()
      else if (state.value !== 'saving') {
        clearTimeout(timer)
        state.value = 'saved'
        trouble.value = null
      }
    },
    { deep: true },
  )
  watch(path, () => void load(), { immediate: true })
  useHeard('connected', () => state.value === 'offline' && void save())
  useHeard('resync', () => !dirty.value && void load())
  useHeard('library', (news) => {
    if (news.version === version.value?.id && !dirty.value) void load()
  })
  onBeforeUnmount(() => {
    if (state.value === 'waiting') void save()
    clearTimeout(timer)
  })

  /** What is wrong at a place of the document. */
  const errorAt = (where: string): string | undefined =>
    trouble.value?.errors.find((each) => each.field === `content.${where}` || each.field.startsWith(`content.${where}.`))?.detail
  /** What is wrong there itself, and not with a part of it. */
  const errorHere = (where: string): string | undefined => trouble.value?.errors.find((each) => each.field === `content.${where}`)?.detail
  /** Forbidden wording at a place. */
  const placesAt = (where: string) => (trouble.value?.places ?? []).filter((each) => each.path?.join('.') === where)

  return { version, doc, loading, problem, trouble, state, dirty, voided, load, save, take, errorAt, errorHere, placesAt }
}
export type Draft = ReturnType<typeof useDraft>
