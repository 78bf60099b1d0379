/** The organisation tree: read once for each person, in the order in which people think of it. */
import { computed, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from '@/stores/session'

export type Org = components['schemas']['Org']
export type OrgInTree = Org & { depth: number }

const orgs = shallowRef<Org[]>([])
let readFor: string | null = null

export async function readOrgs(anew = false): Promise<void> {
  const me = useSession().me?.id ?? null
  if (!anew && readFor === me && orgs.value.length) return
  const all: Org[] = []
  for (let cursor: string | null = null; ; ) {
    const page: { items: Org[]; next_cursor: string | null } = await ask(
      api.GET('/api/v1/orgs', { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }),
    )
    all.push(...page.items)
    cursor = page.next_cursor
    if (!cursor) break
  }
  orgs.value = all
  readFor = me
}

/** From the top down, each with its depth. */
export function inTree(all: Org[]): OrgInTree[] {
  const known = new Set(all.map((org) => org.id))
  const under = (parent: string | null, depth: number): OrgInTree[] =>
    all
      .filter((org) => (org.parent !== null && known.has(org.parent) ? org.parent : null) === parent)
      .flatMap((org) => [{ ...org, depth }, ...under(org.id, depth + 1)])
  return under(null, 0)
}

export function useOrgs() {
  return { orgs, tree: computed(() => inTree(orgs.value)), read: readOrgs }
}
