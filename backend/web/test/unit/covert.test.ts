// @vitest-environment happy-dom
/** The covert press and an ordinary one: the same page, the same counters, the same silence. */
import 'fake-indexeddb/auto'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, type App } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { i18n } from '../../src/i18n'
import type { Incident } from '../../src/api/types'
import { remove, stored } from '../../src/offline/commands'
import { deviceDb } from '../../src/offline/db'
import { useQueue } from '../../src/stores/queue'
import { useSession } from '../../src/stores/session'
import HomeTools from '../../src/tablet/HomeTools.vue'
import { notesTile } from '../../src/tablet/useNotesTile'
import Notes from '../../src/tablet/Notes.vue'
import OfflineStrip from '../../src/ui/OfflineStrip.vue'

// What the server lists as open; nothing, unless a test says otherwise.
let listed: { id: string; discreet: boolean }[] = []
vi.mock('../../src/api/client', () => ({
  api: {
    GET: async (path: string, asked?: { params: { path: { incident_id: string } } }) => {
      if (path.endsWith('/auth/me')) return PERSON
      if (path.endsWith('{incident_id}')) return listed.find((each) => each.id === asked!.params.path.incident_id)
      return { items: listed }
    },
  },
  ask: async (asked: Promise<unknown>) => asked,
  listenToAnswers: () => undefined,
}))

const PERSON = { id: 'p1', username: 'teller1', name: '林晓', roles: [] }

let app: App | undefined
let line: 'up' | 'down' | 'refusing'
let posted: { path: string; type?: string }[]
let told: string[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T06:05:12.000Z') })
  line = 'up'
  posted = []
  listed = []
  told = []
  vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
    if (line === 'down') throw new TypeError('Failed to fetch')
    if (path === '/healthz') return new Response()
    const body = JSON.parse(String(init!.body)) as { type?: string; commands?: { command_id: string; data: { type?: string } }[] }
    posted.push({ path, type: body.type ?? body.commands?.[0]?.data.type })
    if (line === 'refusing') return Response.json({ type: 'x/forbidden', title: 'no', status: 422 }, { status: 422 })
    if (path === '/api/v1/sync') {
      const results = body.commands!.map(({ command_id }) => ({ command_id, outcome: 'applied' }))
      return Response.json({ results })
    }
    return Response.json({ id: 'x' }, { status: 201 })
  })
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void told.push(words.join(' ')))
  }
  Object.assign(navigator, { vibrate: () => told.push('vibrate') })
  for (const kept of await stored()) await remove(kept.seq)
})

afterEach(() => {
  app?.unmount()
  document.body.innerHTML = ''
  vi.restoreAllMocks()
  vi.useRealTimers()
})

async function open(): Promise<void> {
  const pinia = createPinia()
  setActivePinia(pinia)
  const routes = [
    { path: '/counter', name: 'counter', component: { render: () => [h(OfflineStrip, { always: true }), h(HomeTools)] } },
    ...['notes', 'scripts', 'forms', 'mine'].map((each) => ({ path: `/counter/${each}`, name: `counter-${each}`, component: Notes })),
  ]
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push('/counter')
  app = createApp({ render: () => h(RouterView) }).use(pinia).use(i18n).use(router)
  useSession().me = PERSON
  await useQueue().start()
  const root = document.createElement('div')
  document.body.append(root)
  app.mount(root)
  await settled()
}

/** Enough turns for the disk, the signature and the answer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

function press(heldMs: number): void {
  const tile = document.querySelector('.tool')!
  const at = 5000
  for (const [type, timeStamp] of [['pointerdown', at], ['pointerup', at + heldMs], ['click', at + heldMs]] as const) {
    const event = new PointerEvent(type, { bubbles: true, isPrimary: true, button: 0, pointerId: 1 })
    Object.defineProperty(event, 'timeStamp', { value: timeStamp })
    tile.dispatchEvent(event)
  }
}

interface Seen {
  pages: string[]
  counters: unknown[]
  told: string[]
}

/** All there is to see of a press and of the note that is written after it. */
async function walk(heldMs: number): Promise<Seen> {
  await open()
  const queue = useQueue()
  const pages = [document.body.innerHTML]
  const counters: unknown[] = []
  const look = (): void => {
    pages.push(document.body.innerHTML)
    counters.push([queue.kept.length, queue.overdue.length, queue.unheeded.length, queue.held.length, queue.justSent])
  }
  press(heldMs)
  look()
  await settled()
  look()
  const text = document.querySelector('textarea')!
  text.value = '三号柜台打印机卡纸'
  text.dispatchEvent(new Event('input'))
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
  await settled()
  look()
  if (line === 'down') {
    line = 'up'
    await queue.flush()
    await settled()
    look()
  }
  return { pages, counters, told: [...told] }
}

async function both(): Promise<[Seen, Seen]> {
  const start = line
  const ordinary = await walk(120)
  expect(posted.filter((each) => each.type === 'media_covert')).toEqual([])
  app?.unmount()
  document.body.innerHTML = ''
  for (const kept of await stored()) await remove(kept.seq)
  told.length = 0
  line = start
  return [ordinary, await walk(900)]
}

describe('the notes tile', () => {
  it('opens the notes at once and raises after it, only when it was held', () => {
    const done: string[] = []
    const tile = notesTile({
      open: () => done.push('open'),
      raise: async (type, options) => void done.push(`${type} ${JSON.stringify(options)}`),
    })
    tile(799)
    tile(800)
    expect(done).toEqual(['open', 'open', 'media_covert {"quiet":true}'])
  })

  it('shows the same whether it was held or not, and the covert alert goes out', async () => {
    const [ordinary, covert] = await both()
    expect(covert).toEqual(ordinary)
    expect(covert.pages.at(-1)).toContain('三号柜台打印机卡纸')
    expect(posted.filter((each) => each.type === 'media_covert')).toHaveLength(1)
    expect(posted.filter((each) => each.path === '/api/v1/notes')).toHaveLength(2)
  })

  it('shows the same without a line, and when it is back', async () => {
    line = 'down'
    const [ordinary, covert] = await both()
    expect(covert).toEqual(ordinary)
    expect(posted.filter((each) => each.type === 'media_covert')).toHaveLength(1)
  })

  it('shows nothing of a refusal', async () => {
    await open()
    line = 'refusing'
    press(900)
    await settled()
    expect(posted).toHaveLength(1)
    expect(useQueue().unheeded).toEqual([])
    expect(await stored()).toEqual([])
    expect(told).toEqual([])
  })

  it('is not counted among the open ones, wherever the teller is signed in', async () => {
    const own = { in_charge: null, reported_by: [{ user: PERSON }], title: { zh: '客户问询', en: 'Enquiry' }, revision: 1, steps: [], alerts: [], informed: [], branch: {}, facts: {} }
    listed = [{ ...own, id: 'c', discreet: true }]
    await open()
    const quiet = document.body.innerHTML
    expect(quiet).not.toMatch(/<b[ >]/)
    app?.unmount()
    document.body.innerHTML = ''
    listed = [{ ...own, id: 'o', discreet: false }]
    await open()
    expect(document.body.innerHTML).toMatch(/<b[ >]/)
  })

  it('leaves nothing on the disk of what has become discreet', async () => {
    const was = { id: 'r', reported_by: [{ user: PERSON }], steps: [], revision: 1 }
    await (await deviceDb()).put('incidents', { id: 'r', at: Date.now() - 1, incident: was as unknown as Incident })
    await open()
    expect(await (await deviceDb()).getAll('incidents')).toEqual([])
  })

  it('says nothing of it in words, titles or attributes', async () => {
    await open()
    expect(document.body.innerHTML).not.toMatch(/covert|暗访|long|hold/i)
  })
})
