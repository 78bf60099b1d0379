/** The figures that are asked for; the address says which, so that they can be sent on. */
import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'
import { language } from '@/i18n'
import { timeZone } from '@/ui/time'

export type Statistics = components['schemas']['Statistics']
export type Figures = components['schemas']['Figures']
export type Group = components['schemas']['Group']
export const GROUPS = ['branch', 'type', 'month', 'cause', 'outcome', 'business_line'] as const
export type Grouping = (typeof GROUPS)[number]
const NAMES = ['from', 'to', 'org', 'by'] as const
type Name = (typeof NAMES)[number]

/** The day that a moment lies on, by the branch's calendar. */
export const dayOf = (moment: string | number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: timeZone.value }).format(new Date(moment))

export function useStatistics() {
  const route = useRoute()
  const router = useRouter()
  const found = shallowRef<Statistics | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const asked = computed(() => {
    const one = (name: Name): string => String([route.query[name]].flat()[0] ?? '').slice(0, 64)
    const by = GROUPS.find((each) => each === one('by')) ?? 'branch'
    return { from: one('from'), to: one('to'), org: one('org'), by }
  })
  const query = computed(() => {
    const { from, to, org, by } = asked.value
    return { by, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(org ? { org } : {}) }
  })
  let latest = 0

  async function load(): Promise<void> {
    const mine = (latest += 1)
    loading.value = true
    problem.value = null
    try {
      const answer = await ask(api.GET('/api/v1/statistics', { params: { query: query.value } }))
      if (mine === latest) found.value = answer as Statistics
    } catch (error) {
      if (mine === latest) problem.value = asProblem(error)
    }
    if (mine === latest) loading.value = false
  }

  const choose = (change: Partial<Record<Name, string>>): void => {
    const wanted: Record<string, string> = { ...asked.value, ...change }
    void router.push({ query: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)) })
  }
  const csv = computed(() => {
    const params = new URLSearchParams({ ...query.value, format: 'csv', lang: language.value })
    return `/api/v1/statistics?${params.toString()}`
  })
  watch(query, () => void load(), { immediate: true })
  return { found, asked, loading, problem, load, choose, csv }
}
