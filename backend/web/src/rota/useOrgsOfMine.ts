/** The orgs whose rota somebody reads, and those that they plan; which one is on the screen. */
import { computed, onMounted, ref, watch } from 'vue'
import { useRoute } from 'vue-router'
import { useOrgs } from '@/list/useOrgs'
import { useSession } from '@/stores/session'

const PLANNERS = new Set(['branch_manager', 'deputy_manager'])
const UPPER = new Set(['regional_manager', 'hq_duty', 'admin'])
const MANAGERS = new Set(['branch_manager', 'deputy_manager', 'counter_supervisor'])

export function useOrgsOfMine() {
  const session = useSession()
  const { tree, read } = useOrgs()
  /** An address may name one: the way from readiness to the rota. */
  const asked = useRoute().query.org
  const org = ref('')
  let first = typeof asked === 'string' ? asked : ''
  const held = computed(() => session.me?.roles ?? [])

  function reach(own: (role: string) => boolean, below: (role: string) => boolean) {
    const over = new Set<string>()
    return tree.value.filter(({ id, parent }) => {
      const inherited = parent !== null && over.has(parent)
      if (inherited || held.value.some((each) => each.org.id === id && below(each.role))) over.add(id)
      return over.has(id) || held.value.some((each) => each.org.id === id && own(each.role))
    })
  }
  const orgs = computed(() => reach(() => true, (role) => UPPER.has(role) || role === 'auditor'))
  const planned = computed(() => new Set(reach((role) => PLANNERS.has(role), (role) => UPPER.has(role)).map(({ id }) => id)))
  const managed = computed(() =>
    new Set(reach((role) => MANAGERS.has(role), (role) => role === 'regional_manager' || role === 'hq_duty').map(({ id }) => id)),
  )
  const current = computed(() => orgs.value.find(({ id }) => id === org.value))
  const zone = computed(() => current.value?.timezone ?? 'Asia/Shanghai')
  const plans = computed(() => planned.value.has(org.value))
  const plansAll = (held: readonly string[]): boolean => held.every((id) => planned.value.has(id))
  const mayTakeOver = (role: string): boolean =>
    managed.value.has(org.value) || held.value.some((each) => each.org.id === org.value && each.role === role)

  watch(
    orgs,
    (found) => {
      if (!found.length || found.some(({ id }) => id === org.value)) return
      const wanted = found.find(({ id }) => id === first)
      const own = found.find(({ id }) => held.value.some((each) => each.org.id === id && each.role !== 'admin'))
      const branch = found.find(({ kind }) => kind === 'branch')
      org.value = (wanted ?? (own?.kind === 'branch' ? own : (branch ?? own ?? found[0]!))).id
      first = ''
    },
    { immediate: true },
  )
  onMounted(() => void read().catch(() => undefined)) // the page around it says that the line is down
  return { orgs, org, current, zone, plans, plansAll, mayTakeOver }
}
