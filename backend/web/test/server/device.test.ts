/** Against a running demo server (COUNTERBELL_URL): what this device seals and signs, the server accepts. */
import 'fake-indexeddb/auto'
import { beforeAll, expect, it, vi } from 'vitest'
import { keep } from '../../src/offline/commands'
import { keepKey, newKey } from '../../src/offline/device'
import { newId } from '../../src/offline/ids'
import type { CommandData, CommandName } from '../../src/offline/kept'
import { sendBatch, sendDirect } from '../../src/offline/wire'

vi.mock('@/api/problems', () => ({
  languageHeader: () => ({ 'Accept-Language': 'en' }),
  problemOf: async (response: Response) => ({ status: response.status, ...((await response.json()) as object) }),
}))

const server = process.env.COUNTERBELL_URL!
const real = globalThis.fetch
let deviceToken = ''
let managerToken = ''

async function call<T>(path: string, token: string, body?: object): Promise<T> {
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }
  const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }
  const response = await real(`${server}/api/v1${path}`, request)
  expect(response.ok, `${path}: ${response.status}`).toBe(true)
  return (await response.json()) as T
}

interface Event {
  type: string
  command_id: string
  device: { id: string; seq: number } | null
  data: CommandData
}

const timeline = (id: string) =>
  call<{ events: Event[]; sealed: Record<string, { text: string }> }>(`/incidents/${id}/timeline`, managerToken)

beforeAll(async () => {
  const manager = { username: 'manager1', password: 'demo-counterbell' }
  managerToken = (await call<{ access_token: string }>('/auth/login', '', manager)).access_token
  const { code } = await call<{ code: string }>('/devices/pairing-codes', managerToken, { org: 'east-01', name: 'test' })
  const { pair, publicKey } = await newKey()
  const paired = await call<{ device_token: string }>('/devices/pair', '', { code, public_key: publicKey })
  await keepKey(pair)
  const pin = { username: 'teller1', pin: '2580' }
  deviceToken = (await call<{ access_token: string }>('/auth/pin', paired.device_token, pin)).access_token
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const headers = { ...(init.headers as Record<string, string>), Authorization: `Bearer ${deviceToken}` }
    return real(server + path, { ...init, headers })
  })
})

const deed = (command: CommandName, incident: string | null, data: CommandData) =>
  keep({ command, incident, data, as: 'teller1' })

it('a raise with a note and facts goes directly, signed and sealed', async () => {
  const id = newId()
  const kept = await deed('open', id, {
    type: 'disruptive_customer',
    id,
    note: '砸柜台 😡 "quoted" \u2028',
    facts: { head_count: 2, demand: '退钱', incites_others: true },
    drill: false,
  })
  const result = await sendDirect(kept)
  expect(result.outcome, JSON.stringify(result.problem)).toBe('applied')
  const { events, sealed } = await timeline(id)
  expect(events.find((event) => event.command_id === kept.command_id)?.device?.seq).toBe(kept.seq)
  expect(Object.values(sealed).map((each) => each.text)).toEqual(expect.arrayContaining(['砸柜台 😡 "quoted" \u2028', '退钱']))
})

it('what was kept goes by /sync in its order, and a second time changes nothing', async () => {
  const id = newId()
  const batch = [
    await deed('open', id, { type: 'group_visit', id, drill: false }),
    await deed('record-facts', id, { facts: { head_count: 4, clothing: '灰外套' } }),
    await deed('add-note', id, { text: '一位穿灰外套的男士带头' }),
    await deed('contain', id, { summary: '已经平静' }),
    await deed('complete-step', id, { step: 'no_such_step' }),
  ]
  const first = await sendBatch(batch)
  const outcomes = first.map((each) => each.outcome)
  expect(outcomes.slice(0, 3), JSON.stringify(first)).toEqual(['applied', 'applied', 'applied'])
  expect(outcomes.slice(3)).toEqual(['refused', 'refused'])
  expect((await sendBatch(batch)).slice(0, 3).map((each) => each.outcome)).toEqual(['repeated', 'repeated', 'repeated'])
  const { events } = await timeline(id)
  const signed = events.filter((event) => event.device !== null)
  for (const kept of batch.slice(0, 3)) expect(signed.some((event) => event.device?.seq === kept.seq)).toBe(true)
})

it('a signature over something else is refused, except for raising', async () => {
  const id = newId()
  const open = await deed('open', id, { type: 'media_declared', id })
  const bad = { ...open, device: { ...open.device!, signature: open.device!.signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) } }
  expect((await sendDirect(bad)).outcome).toBe('applied')
  const note = await deed('add-note', id, { text: 'x' })
  const forged = { ...note, device: { ...note.device!, seq: note.seq + 1 } }
  expect((await sendDirect(forged)).problem?.status).toBe(422)
})

it('a branch note is signed, too', async () => {
  const note = await deed('add-note', null, { text: '三号柜台灯坏了' })
  const result = await sendDirect(note)
  expect(result.outcome, JSON.stringify(result.problem)).toBe('applied')
})
