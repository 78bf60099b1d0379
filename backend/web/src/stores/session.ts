/** Who is here, on which device, and where their home is. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask } from '@/api/client'
import { asProblem, ProblemError, type Problem } from '@/api/problems'
import type { DeviceRef, Me } from '@/api/types'
import { dropValue, getValue, putValue } from '@/offline/db'
import { keepKey, newKey } from '@/offline/device'
import { LineDown } from '@/offline/wire'
import { useWide } from '@/ui/wide'

export type Area = 'tablet' | 'phone' | 'auditor' | 'desk'
export type Colleague = Pick<Me, 'username' | 'name'> & { role: string; id?: string }

const HOME: Record<Area, string> = { tablet: '/counter', phone: '/duty', auditor: '/audit', desk: '/desk' }
const COLLEAGUES = 6

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const device = ref<DeviceRef | null>(null)
  /** The server still has a session of somebody who has left: it ends when the line is back. */
  const leavingId = ref<string | null>(null)
  const colleagues = ref<Colleague[]>([])
  const loaded = ref(false)
  /** `loaded` from this device's memory only: the server has not been asked yet. */
  const unconfirmed = ref(false)

  const onDevice = computed(() => device.value !== null)
  const locked = computed(() => onDevice.value && me.value === null)
  const present = computed(() => onDevice.value || me.value !== null)
  const roles = computed(() => [...new Set(me.value?.roles.map((each) => each.role) ?? [])])
  const wide = useWide()
  const area = computed<Area>(() => areaOf(onDevice.value, roles.value, wide.value))
  const home = computed(() => (present.value ? HOME[area.value] : '/sign-in'))

  /** At the start: from this device's memory at once, then from the server. */
  async function load(): Promise<void> {
    if (loaded.value) return
    device.value = (await getValue<DeviceRef>('device')) ?? null
    leavingId.value = (await getValue<string>('leaving')) ?? null
    colleagues.value = (await getValue<Colleague[]>('colleagues')) ?? []
    const kept = (await getValue<Me>('me')) ?? null
    if (kept && leavingId.value === null) me.value = kept
    const asked = refresh()
    if (present.value) {
      unconfirmed.value = true
      void asked.catch(() => undefined)
    } else {
      await asked.catch((error: unknown) => {
        if (asProblem(error).kind !== 'offline') throw error
      })
    }
    loaded.value = true
  }

  /** Ask the server who is here. Throws ProblemError when it cannot be reached. */
  async function refresh(): Promise<void> {
    const person = await orNobody(ask(api.GET('/api/v1/auth/me')))
    const tablet = person ? (person.device ?? null) : await orNobody(ask(api.GET('/api/v1/devices/me')))
    unconfirmed.value = false
    const gone = leavingId.value !== null && person?.id === leavingId.value
    await settle(gone ? null : person, tablet, leavingId.value)
  }

  async function signIn(username: string, password: string, otp?: string): Promise<void> {
    await ask(api.POST('/api/v1/auth/login', { body: { username, password, ...(otp ? { otp } : {}) } }))
    await arrived()
  }

  /** On a paired tablet. Whoever was there before is out. */
  async function signInByPin(username: string, pin: string): Promise<void> {
    await ask(api.POST('/api/v1/auth/pin', { body: { username, pin } }))
    await arrived()
  }

  async function arrived(): Promise<void> {
    leavingId.value = null
    await refresh()
    const known = me.value && onDevice.value ? remember(me.value) : undefined
    await settle(me.value, device.value, null)
    await known
  }

  /** Lock the tablet, or sign out elsewhere. Works without a line; the server hears of it later. */
  async function leave(): Promise<void> {
    const person = me.value
    if (!person) return
    await settle(null, device.value, person.id)
  }

  /** Tell the server that whoever left has left. Throws LineDown. */
  async function endLeft(): Promise<void> {
    if (leavingId.value === null) return
    try {
      await ask(api.POST('/api/v1/auth/logout'))
    } catch (error) {
      const { status, kind } = asProblem(error)
      if (kind === 'offline' || status >= 500) throw new LineDown('logout')
    }
    await settle(me.value, device.value, null)
  }

  /** Become a paired tablet: the key is made here and only its public half leaves. */
  async function pair(code: string): Promise<void> {
    const { pair: keys, publicKey } = await newKey()
    await ask(api.POST('/api/v1/devices/pair', { body: { code, public_key: publicKey } }))
    await keepKey(keys)
    await refresh()
  }

  /** All three at once, so that nobody sees a state in between; then on the disk. */
  async function settle(person: Me | null, tablet: DeviceRef | null, leaving: string | null): Promise<void> {
    me.value = person
    device.value = tablet
    leavingId.value = leaving
    const kept = [keepValue('me', person), keepValue('device', tablet), keepValue('leaving', leaving)]
    await Promise.allSettled(kept) // a full disk keeps nobody in, and nobody out
  }

  async function remember(person: Me): Promise<void> {
    const { id, username, name } = person
    const role = person.roles[0]?.role ?? ''
    const others = colleagues.value.filter((each) => each.username !== username)
    colleagues.value = [{ id, username, name, role }, ...others].slice(0, COLLEAGUES)
    await putValue('colleagues', JSON.parse(JSON.stringify(colleagues.value)))
  }

  return {
    me,
    device,
    leavingId,
    colleagues,
    loaded,
    unconfirmed,
    onDevice,
    locked,
    present,
    roles,
    area,
    home,
    load,
    refresh,
    signIn,
    signInByPin,
    leave,
    endLeft,
    pair,
  }
})

const COUNTER_ROLES = new Set(['teller'])
/** At a desk they have a desk; on a phone they are on duty like the others. */
const DESK_ROLES = new Set(['compliance_officer', 'legal_officer', 'complaint_officer', 'business_line'])

function areaOf(onDevice: boolean, roles: string[], wide: boolean): Area {
  if (onDevice) return 'tablet'
  if (roles.includes('auditor')) return 'auditor'
  if (roles.includes('admin')) return 'desk'
  if (wide && roles.length && roles.every((role) => DESK_ROLES.has(role))) return 'desk'
  return roles.every((role) => COUNTER_ROLES.has(role)) ? 'tablet' : 'phone'
}

const keepValue = (name: string, value: object | string | null): Promise<void> =>
  value === null ? dropValue(name) : putValue(name, JSON.parse(JSON.stringify(value)))

/** 401, 403 and 404 mean: nobody. Anything else is an error. */
async function orNobody<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    const problem: Problem | null = error instanceof ProblemError ? error.problem : null
    if (problem && [401, 403, 404].includes(problem.status)) return null
    throw error
  }
}
