/** My own channels: read, changed as a whole, tried one by one. */
import { onMounted, ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, type Problem } from '@/api/problems'
import type { components } from '@/api/schema'

export type Channel = components['schemas']['Channel']
export type Wanted = components['schemas']['ChannelBody']
/** What came of a trial; null while it is on its way. */
export type Tried = components['schemas']['Tested'] | null

/** A push counts for so long after something last came back over it (contract, section 5). */
const PROOF_MS = 7 * 24 * 3600_000

export function useChannels() {
  const items = shallowRef<readonly Channel[]>([])
  const tried = shallowRef<Readonly<Record<string, Tried>>>({})
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const ready = ref(false)

  async function load(): Promise<void> {
    loading.value = true
    try {
      items.value = await ask(api.GET('/api/v1/users/me/channels'))
      problem.value = null
      ready.value = true
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** All of them, as they are to be. Throws ProblemError. */
  async function put(wanted: readonly Wanted[]): Promise<void> {
    items.value = await ask(api.PUT('/api/v1/users/me/channels', { body: [...wanted] }))
  }

  async function trial(channel: Channel): Promise<void> {
    tried.value = { ...tried.value, [channel.id]: null }
    let outcome: Tried
    try {
      const path = { channel_id: channel.id }
      outcome = await ask(api.POST('/api/v1/channels/{channel_id}/test', { params: { path } }))
    } catch (error) {
      outcome = { state: 'failed', detail: asProblem(error).detail }
    }
    tried.value = { ...tried.value, [channel.id]: outcome }
  }

  onMounted(load)
  return { items, tried, problem, loading, ready, load, put, trial }
}

/** The parts that are sent back; what the server worked out stays out. */
export const asWanted = ({ id, kind, address, enabled }: Channel): Wanted => ({ id, kind, address, enabled })

/** Whether it would reach me with the app closed: a push only when it has lately proved that it comes. */
export const counts = (channel: Channel, now: number): boolean =>
  channel.enabled && (channel.kind !== 'webpush' || (channel.proven_at !== null && now - Date.parse(channel.proven_at) <= PROOF_MS))

/** Enough of an address to know it again; the key of a robot is nobody's to read over a shoulder. */
export function shortened({ kind, address }: Pick<Channel, 'kind' | 'address'>): string {
  if (kind === 'email' || kind === 'sms') return address
  const found = /^([a-z+]+:\/\/)([^/?#]*)(.*)$/i.exec(address)
  if (!found) return `${address.slice(0, 12)}…`
  const [, scheme = '', host = '', rest = ''] = found
  if (kind === 'apprise') return `${scheme}…` // many services have their token where others have a host
  return rest.length > 8 ? `${host}/…${rest.slice(-4)}` : host + rest
}
