/** An org's rota and its people, as they are now. */
import { ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'
import { useHeard } from '@/stores/heard'

export type Entry = components['schemas']['RotaEntry']
export type Colleague = components['schemas']['User']
/** A role that one can be on duty in. */
export type Serving = components['schemas']['RotaBody']['role']
interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** All pages of a list. */
export async function readAll<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null = null; ; ) {
    const page: Page<T> = await read(cursor ? { cursor } : {})
    all.push(...page.items)
    cursor = page.next_cursor
    if (!cursor) return all
  }
}

export const readColleagues = (org: string): Promise<Colleague[]> =>
  readAll((cursor) => ask(api.GET('/api/v1/orgs/{org_id}/staff', { params: { path: { org_id: org }, query: { limit: 200, ...cursor } } })))

/** Reads again for another org, and when the line is back; what comes too late is dropped. */
export function useOrgList<T>(org: Ref<string>, read: (org: string) => Promise<T>) {
  const found = shallowRef<T | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)

  async function load(): Promise<void> {
    const asked = org.value
    if (!asked) return
    loading.value = true
    try {
      const answer = await read(asked)
      if (asked !== org.value) return
      found.value = answer
      problem.value = null
    } catch (error) {
      if (asked === org.value) problem.value = asProblem(error)
    } finally {
      if (asked === org.value) loading.value = false
    }
  }
  watch(org, () => {
    found.value = null
    void load()
  }, { immediate: true })
  useHeard('resync', () => void load())
  useHeard('connected', () => void load())
  return { found, loading, problem, load }
}

export const useRota = (org: Ref<string>) =>
  useOrgList(org, async (id) => {
    const entries = readAll<Entry>((cursor) => ask(api.GET('/api/v1/rota', { params: { query: { org: id, limit: 200, ...cursor } } })))
    const [all, people] = await Promise.all([entries, readColleagues(id)])
    return { entries: all.filter((each) => each.org.id === id), people }
  })
