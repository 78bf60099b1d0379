/** The playbooks: tiles and checklists, on the device so that a tap never waits for the line. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { Playbook } from '@/api/types'
import { getValue, putValue } from '@/offline/db'

export const usePlaybooks = defineStore('playbooks', () => {
  const items = shallowRef<readonly Playbook[]>([])
  const problem = shallowRef<Problem | null>(null)
  const loading = shallowRef(false)

  const byId = computed(() => new Map(items.value.map((each) => [each.id, each])))
  /** What a tile may show, in its order. Nothing hidden: a covert alert has no tile; nor what facts propose. */
  const tiles = computed(() => items.value.filter((each) => !each.tap.hidden && !each.tap.by_facts))

  /** Why its words are said so: of the version in force (A10). */
  const rulesOf = ({ id, playbook }: { id: string; playbook: string }) => byId.value.get(playbook)?.steps.find((each) => each.id === id)?.rules

  /** From this device at once, then from the server. */
  async function load(): Promise<void> {
    if (!items.value.length) items.value = (await getValue<Playbook[]>('playbooks')) ?? []
    loading.value = true
    try {
      const fresh = (await ask(api.GET('/api/v1/playbooks'))).items
      items.value = fresh
      problem.value = null
      await putValue('playbooks', fresh)
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  return { items, tiles, byId, rulesOf, problem, loading, load }
})
