import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keep, remove, store, stored } from '../../src/offline/commands'
import { deviceDb, lookUpSeq, putValue } from '../../src/offline/db'
import { forgetKey, keepKey, newKey } from '../../src/offline/device'
import { Sender, type House } from '../../src/offline/sender'

vi.mock('@/api/problems', () => ({
  languageHeader: () => ({ 'Accept-Language': 'zh-CN' }),
  problemOf: async (response: Response) => ({ status: response.status, kind: 'x', title: '', detail: '', errors: [] }),
}))

interface Sent {
  path: string
  as?: string
  body: { commands?: { command_id: string; command: string }[]; command_id?: string }
}

let sent: Sent[] = []
let answer: (request: Sent) => Response | Promise<Response>
let person: string | null
let left: string[] = []
let leaving = false
let onDevice = true
const outcomes: string[] = []

const house: House = {
  person: () => person,
  onDevice: () => onDevice,
  leaving: () => leaving,
  leave: async () => {
    left.push(`after ${sent.length}`)
    leaving = false
    person = null
  },
  check: async () => undefined,
  changed: () => undefined,
  answered: (_kept, result) => outcomes.push(result.outcome),
  reached: () => undefined,
}

const ok = (request: Sent): Response =>
  request.path === '/api/v1/sync'
    ? Response.json({ results: request.body.commands!.map(({ command_id }) => ({ command_id, outcome: 'applied' })) })
    : Response.json({ id: 'x' }, { status: 201 })

beforeEach(async () => {
  sent = []
  left = []
  outcomes.length = 0
  leaving = false
  onDevice = true
  person = 'ann'
  answer = ok
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const as = (init.headers as Record<string, string>)['Counterbell-Person']
    const request = { path, as, body: JSON.parse(String(init.body)) as Sent['body'] }
    const response = await answer(request)
    sent.push(request)
    return response
  })
  for (const kept of await stored()) await remove(kept.seq)
})

afterEach(() => vi.useRealTimers())

const deed = (command: 'open' | 'complete-step' | 'add-note', as: string | null = person, incident: string | null = 'i') =>
  keep({ command, incident, data: command === 'add-note' ? { text: 'hello' } : { step: 's' }, as })

async function fresh(): Promise<Sender> {
  const sender = new Sender(house)
  await sender.load()
  return sender
}

describe('the queue', () => {
  it('sends a fresh command by its own route and forgets it once answered', async () => {
    const sender = await fresh()
    sender.add(await deed('open'))
    await sender.flush()
    expect(sent.map((each) => each.path)).toEqual(['/api/v1/incidents'])
    expect(await stored()).toEqual([])
  })

  it('keeps everything while nothing answers, and sends it in order by /sync afterwards, once', async () => {
    answer = () => Promise.reject(new TypeError('offline'))
    const sender = await fresh()
    const ids: string[] = []
    for (const command of ['open', 'complete-step', 'complete-step'] as const) {
      const kept = await deed(command)
      ids.push(kept.command_id)
      sender.add(kept)
      await sender.flush()
    }
    expect((await stored()).map((kept) => kept.command_id)).toEqual(ids)
    answer = ok
    const after = await fresh() // the page was reloaded, or the tablet crashed
    await after.flush()
    expect(sent).toHaveLength(1)
    expect(sent[0]!.path).toBe('/api/v1/sync')
    expect(sent[0]!.body.commands!.map((each) => each.command_id)).toEqual(ids)
    expect(await stored()).toEqual([])
  })

  it('keeps what was refused in sight until somebody has read it', async () => {
    answer = () => Response.json({}, { status: 409 })
    const sender = await fresh()
    const kept = await deed('complete-step')
    sender.add(kept)
    await sender.flush()
    expect(sender.queue.map((each) => each.state)).toEqual(['refused'])
    await sender.dismiss(kept.seq)
    expect(await stored()).toEqual([])
  })

  it('never sends a step under the name of somebody else', async () => {
    const sender = await fresh()
    const ann = await deed('complete-step', 'ann')
    person = 'bob'
    sender.add(ann)
    sender.add(await deed('complete-step', 'bob'))
    await sender.flush()
    expect(sender.queue.map((each) => each.as)).toEqual(['ann'])
    person = 'ann'
    await sender.flush()
    expect(sender.queue).toEqual([])
  })

  it('ends the session of whoever has left between their commands and the tablet’s own', async () => {
    answer = () => Promise.reject(new TypeError('offline'))
    const sender = await fresh()
    sender.add(await deed('complete-step', 'ann'))
    leaving = true // the screen was locked, without a line
    sender.add(await deed('open', null))
    await sender.flush()
    expect(left).toEqual([])
    answer = ok
    await sender.flush()
    expect(left).toEqual(['after 1'])
    expect(sent).toHaveLength(2)
  })

  it('sends a branch note to /notes, alone and in its place', async () => {
    const sender = await fresh()
    for (const kept of [await deed('open'), await deed('add-note', person, null), await deed('complete-step')]) {
      await store({ ...kept, tried: true })
    }
    await sender.load()
    await sender.flush()
    expect(sent.map((each) => each.path)).toEqual(['/api/v1/sync', '/api/v1/notes', '/api/v1/sync'])
  })

  it('halves a batch that the server cannot read until only the bad command is refused', async () => {
    const sender = await fresh()
    const kept = [await deed('complete-step'), await deed('complete-step'), await deed('complete-step')]
    for (const each of kept) await store({ ...each, tried: true })
    const bad = kept[1]!.command_id
    answer = (request) =>
      request.body.commands!.some((each) => each.command_id === bad) ? Response.json({}, { status: 413 }) : ok(request)
    await sender.load()
    await sender.flush()
    expect(sender.queue.map((each) => [each.command_id, each.state])).toEqual([[bad, 'refused']])
  })

  it('tries again after a server error, and only then uses /sync', async () => {
    answer = () => Response.json({}, { status: 503 })
    const sender = await fresh()
    sender.add(await deed('complete-step'))
    await sender.flush()
    answer = ok
    await sender.flush()
    expect(sent.map((each) => each.path)).toEqual(['/api/v1/incidents/i/complete-step', '/api/v1/sync'])
  })

  it('leaves nothing to see of a quiet command, whatever the answer', async () => {
    answer = () => Response.json({}, { status: 422 })
    const sender = await fresh()
    sender.add(await keep({ command: 'open', incident: 'q', data: { type: 'media_covert' }, as: person, quiet: true }))
    await sender.flush()
    expect(await stored()).toEqual([])
  })
})

describe('what somebody else may answer', () => {
  it.each([
    ['a page with 200', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
    ['a page with 404', () => new Response('<html>', { status: 404, headers: { 'Content-Type': 'text/html' } })],
    ['nothing at all', () => new Response(null)],
    ['half an answer', () => new Response('{"id', { headers: { 'Content-Type': 'application/json' } })],
    ['the answer to something else', () => Response.json({ results: [] })],
  ])('is no answer of ours: %s', async (_what, theirs) => {
    answer = theirs
    const sender = await fresh()
    sender.add(await keep({ command: 'open', incident: 'q', data: { type: 'media_covert' }, as: person, quiet: true }))
    sender.add(await deed('add-note', person, null))
    await store({ ...(await deed('complete-step')), tried: true })
    await sender.load()
    for (let tries = 0; tries < 3; tries += 1) await sender.flush()
    answer = ok
    await sender.flush()
    if (_what !== 'the answer to something else') expect(outcomes).toHaveLength(3)
    expect(outcomes).not.toContain('refused')
    expect(await stored()).toEqual([])
  })
})

describe('under whose name', () => {
  it('says who did it, so that the server can refuse when somebody else is signed in', async () => {
    const sender = await fresh()
    sender.add(await deed('complete-step', 'ann'))
    sender.add(await deed('complete-step', null))
    await sender.flush()
    expect(sent.map((each) => each.as)).toEqual(['ann', 'none'])
  })

  it('raises in the tablet’s own name what somebody did who is not here any more', async () => {
    const sender = await fresh()
    person = 'bob'
    sender.add(await deed('open', 'ann'))
    await sender.flush()
    expect(sent.map((each) => each.as)).toEqual(['none'])
  })

  it('asks who is signed in when the server knows somebody else, also of a batch', async () => {
    const checked: string[] = []
    const check = vi.spyOn(house, 'check').mockImplementation(async () => void checked.push((person = 'bob')))
    answer = (request) => (request.as === 'ann' ? Response.json({}, { status: 401 }) : ok(request))
    const sender = await fresh()
    await store({ ...(await deed('complete-step', 'ann')), tried: true })
    await sender.load()
    await sender.flush()
    expect(checked).toEqual(['bob'])
    await sender.flush()
    expect(sender.queue.map((each) => each.as)).toEqual(['ann'])
    check.mockRestore()
  })

  it('asks nothing on account of a covert alert', async () => {
    const check = vi.spyOn(house, 'check')
    answer = () => Response.json({}, { status: 401 })
    const sender = await fresh()
    sender.add(await keep({ command: 'open', incident: 'q', data: { type: 'media_covert' }, as: person, quiet: true }))
    await sender.flush()
    expect(check).not.toHaveBeenCalled()
    expect(await stored()).toHaveLength(1)
    check.mockRestore()
  })
})

describe('beside another tab', () => {
  it('sends what the other one has left behind when it was closed', async () => {
    const sender = await fresh()
    const kept = await deed('open')
    await store({ ...kept, occurred: { ...kept.occurred, session: 'another page' } })
    await sender.flush()
    await sender.flush()
    expect(sent).toHaveLength(1)
    expect(await stored()).toEqual([])
  })
})

describe('an emergency', () => {
  it('is on its way before the disk has it, once, and leaves nothing behind', async () => {
    const sender = await fresh()
    let onDiskWhenAdded: number | undefined
    const looked: Promise<unknown>[] = []
    const kept = await keep({ command: 'open', incident: 'i', data: { type: 'x' }, as: person }, (complete) => {
      looked.push(stored().then((rows) => (onDiskWhenAdded = rows.length)))
      sender.add(complete)
    })
    await Promise.all(looked)
    await sender.flush()
    expect(onDiskWhenAdded).toBe(0)
    expect(sent.map((each) => each.body.command_id)).toEqual([kept.command_id])
    expect(await stored()).toEqual([])
  })
})

describe('numbers of commands', () => {
  it('go on where another tab has come to', async () => {
    const { seq } = await deed('complete-step')
    await putValue('seq', seq + 5)
    expect((await deed('complete-step')).seq).toBe(seq + 6)
    expect((await deed('complete-step')).seq).toBe(seq + 7)
  })

  it('leave no gap when nothing came of a touch', async () => {
    const { seq } = await deed('complete-step')
    lookUpSeq()
    lookUpSeq()
    expect((await deed('open')).seq).toBe(seq + 1)
  })

  it('never let one command take the place of another', async () => {
    const { seq } = await deed('complete-step')
    const theirs = { ...(await deed('complete-step')), seq: seq + 2 }
    await store(theirs)
    await putValue('seq', seq + 2)
    await deed('open') // it had the same number in mind, and is on its way already
    expect((await stored()).filter((kept) => kept.seq === seq + 2)).toEqual([theirs])
  })
})

describe('a disk that is full', () => {
  async function full(during: () => Promise<void>): Promise<void> {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError')
    })
    await during().finally(() => put.mockRestore())
  }

  it('stops no emergency, covert or not', () =>
    full(async () => {
      const sender = await fresh()
      for (const quiet of [false, true]) {
        sender.add(await keep({ command: 'open', incident: 'i', data: { type: 'x' }, as: person, quiet }))
      }
      await sender.flush()
      expect(sent).toHaveLength(2)
      await expect(deed('complete-step')).rejects.toThrow()
    }))

  it('stops no sending, and no trying again', async () => {
    const sender = await fresh()
    sender.add(await deed('complete-step'))
    await full(async () => {
      answer = () => Promise.reject(new TypeError('offline'))
      await sender.flush()
      answer = ok
      await sender.flush()
    })
    expect(outcomes).toEqual(['applied'])
  })
})

describe('a paired device', () => {
  it('numbers, seals and signs its commands with a key that stays', async () => {
    const { pair, publicKey } = await newKey()
    await keepKey(pair)
    expect(publicKey).toMatch(/^[\w-]{100,}$/)
    await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
    const [one, two] = await Promise.all([deed('add-note'), deed('add-note')])
    expect(two.seq).toBe(one.seq + 1)
    expect(one.device?.signed).not.toContain('hello')
    expect(Object.values(one.sealed)[0]?.text).toBe('hello')
    const raw = Uint8Array.from(atob(one.device!.signature.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    const words = new TextEncoder().encode(one.device!.signed)
    expect(raw).toHaveLength(64)
    expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, pair.publicKey, raw, words)).toBe(true)
    await (await deviceDb()).delete('values', 'key')
    forgetKey()
  })
})

