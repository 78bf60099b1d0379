/** A real bundle, made by the server's own code (test/make_bundle.py), and copies of it with changes. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkBundle, checkTimeline, type ReadTimeline } from '../../src/auditor/proof/check'
import type { Fault, Verdict } from '../../src/auditor/proof/faults'
import { eventHash, hashable, sealedIn } from '../../src/auditor/proof/values'
import { base64url } from '../../src/offline/ids'

/* eslint-disable-next-line @typescript-eslint/no-explicit-any */
type Any = any

const text = readFileSync(new URL('../fixtures/bundle.json', import.meta.url), 'utf8')
const bundle = (): Any => JSON.parse(text)
const nothing = (): void => undefined
const whole = (changed: unknown, key: string | null = null): Promise<Verdict> => checkBundle(changed, key, nothing)
const codes = (faults: Fault[]): string[] => faults.map((fault) => fault.code)

function read(from: Any = bundle()): ReadTimeline {
  const last = from.events.at(-1)
  const head = { seq: last.seq, hash: last.hash }
  return { incidentId: from.incident.id, events: from.events, sealed: from.sealed, head, keys: {} }
}

const check = (given: ReadTimeline): Promise<Verdict> => checkTimeline(given, nothing)

/** Make the chain fit again after a change, as somebody with the database could. */
async function rehash(events: Any[]): Promise<void> {
  let before = '0'.repeat(64)
  for (const event of events) {
    event.prev_hash = before
    before = event.hash = await eventHash(event)
  }
}

type Path = (string | number)[]

function leaves(value: Any, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  const inside = Object.keys(value).flatMap((name) => leaves(value[name], [...path, name]))
  return inside.length ? inside : [path]
}

function changed(path: Path): Any {
  const copy = bundle()
  const last = path.at(-1)!
  const place = path.slice(0, -1).reduce((at: Any, name) => at[name], copy)
  const was = place[last]
  if (typeof was === 'number') place[last] = was + 1
  else if (typeof was === 'boolean') place[last] = !was
  else if (typeof was === 'string') place[last] = was.endsWith('0') ? `${was.slice(0, -1)}1` : `${was.slice(0, -1)}0`
  else place[last] = 'x'
  return copy
}

describe('an exported bundle', () => {
  it('is intact as the server made it', async () => {
    const found = await whole(bundle(), bundle().public_key)
    expect(found.faults).toEqual([])
    expect(found).toMatchObject({ kind: 'intact', bundle: 'good', events: bundle().events.length, purged: 0 })
    expect(found.texts).toBeGreaterThan(2)
  })

  it('is found out whatever value of it is changed', async () => {
    const paths = leaves(bundle())
    expect(paths.length).toBeGreaterThan(500)
    for (const path of paths) expect((await whole(changed(path))).kind, path.join('.')).not.toBe('intact')
  }, 60_000)

  it('is found out when a part is taken away or put in', async () => {
    for (const name of Object.keys(bundle())) {
      const without = bundle()
      delete without[name]
      expect((await whole(without)).kind, name).toBe('unknown')
    }
    expect((await whole({ ...bundle(), more: 1 })).kind).toBe('tampered')
    const cut = bundle()
    cut.events.pop()
    expect(codes((await whole(cut)).faults)).toEqual(expect.arrayContaining(['count', 'signature']))
  })

  it('is no bundle when it is something else', async () => {
    for (const other of [undefined, null, [], 'x', {}, { ...bundle(), events: {} }]) {
      expect((await whole(other)).kind).toBe('unknown')
    }
  })

  it('signed by another key says so', async () => {
    expect(codes((await whole(bundle(), 'A'.repeat(43) + '=')).faults)).toEqual(['otherKey'])
  })

  it('with a playbook of other content names the playbook', async () => {
    const copy = bundle()
    const [hash] = Object.keys(copy.playbooks)
    copy.playbooks[hash!].version += 1
    const { faults } = await whole(copy)
    expect(faults).toContainEqual(expect.objectContaining({ code: 'playbookChanged', given: hash }))
  })
})

describe('a timeline as it is read', () => {
  it('is intact, also while its newest events wait for their place in the log', async () => {
    const given = read()
    for (const event of given.events.slice(-3) as Any[]) event.position = null
    expect(await check(given)).toMatchObject({ kind: 'intact', faults: [], bundle: 'none' })
  })

  it('names the event that was changed, and both hashes', async () => {
    const given = read()
    const third = given.events[2] as Any
    third.actor.name = '别人'
    expect((await check(given)).faults).toEqual([
      { code: 'hash', at: 3, type: third.type, given: third.hash, found: await eventHash(third) },
    ])
  })

  it('shows the seam of an event that was changed and hashed anew', async () => {
    const given = read()
    const third = given.events[2] as Any
    third.actor.name = '别人'
    third.hash = await eventHash(third)
    expect((await check(given)).faults).toMatchObject([{ code: 'prev', at: 4 }])
  })

  it('shows that the chain was made anew by its head', async () => {
    const given = read()
    ;(given.events[0] as Any).actor.name = '别人'
    await rehash(given.events)
    expect(codes((await check(given)).faults)).toEqual(['headHash'])
  })

  it('shows what was left out, moved or cut off', async () => {
    const without = read()
    without.events.splice(3, 1)
    expect(codes((await check(without)).faults)).toEqual(expect.arrayContaining(['seq', 'prev', 'headSeq']))
    const moved = read()
    moved.events.splice(2, 2, moved.events[3], moved.events[2])
    expect(codes((await check(moved)).faults)).toEqual(expect.arrayContaining(['seq', 'prev', 'position']))
    const cut = read()
    cut.events.pop()
    expect(codes((await check(cut)).faults)).toEqual(['textExtra', 'headSeq'])
    const beheaded = read()
    beheaded.events.shift()
    expect(codes((await check(beheaded)).faults)).toContain('start')
  })

  it('knows a text that was changed, is missing, was hidden, or belongs to nothing', async () => {
    const hash = sealedIn((read().events as Any[]).find((event) => sealedIn(event.data).length).data)[0]!
    const change = async (to: Any): Promise<string[]> => {
      const given = read()
      if (to === undefined) delete given.sealed[hash]
      else given.sealed[hash] = to
      return codes((await check(given)).faults)
    }
    const { salt } = bundle().sealed[hash]
    expect(await change({ salt, text: '另一句' })).toEqual(['textChanged'])
    expect(await change({ salt: `${salt}00`, text: '另一句' })).toEqual(['textChanged'])
    expect(await change(undefined)).toEqual(['textMissing'])
    expect(await change({ salt: null, text: null })).toEqual(['textHidden'])
    const more = read()
    more.sealed.ff = { salt, text: 'x' }
    expect(codes((await check(more)).faults)).toEqual(['textExtra'])
  })

  it('takes an emptied text where the timeline says that it was purged', async () => {
    const given = read()
    const hash = Object.keys(given.sealed)[0]!
    given.sealed[hash] = { salt: null, text: null }
    const last = given.events.at(-1) as Any
    given.events.push({ ...last, seq: last.seq + 1, position: last.position + 1, type: 'text.purged', data: { hashes: [hash] } })
    await rehash(given.events)
    given.head = { seq: last.seq + 1, hash: (given.events.at(-1) as Any).hash }
    expect(await check(given)).toMatchObject({ kind: 'intact', purged: 1 })
  })

  it('refuses values that nobody can hash alike', () => {
    expect([0.5, 2 ** 53, '\ud800', { ä: 1 }, undefined].map((value) => hashable(value))).not.toContain(true)
    let deep: unknown = 1
    for (let level = 0; level < 40; level += 1) deep = [deep]
    expect(hashable(deep)).toBe(false)
    expect(hashable({ a: ['😡', null, -1, true] })).toBe(true)
  })
})

describe('signatures of devices', () => {
  async function signedRead(change: (proof: Any, event: Any) => void = nothing): Promise<ReadTimeline> {
    const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const
    const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])
    const given = read()
    const event = given.events.at(-1) as Any
    const signed = JSON.stringify({ command_id: event.command_id, device_seq: 7 })
    const mark = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, new TextEncoder().encode(signed))
    event.device = { id: 'tablet', seq: 7, signature: base64url(mark), signed }
    change(event.device, event)
    await rehash(given.events)
    given.head.hash = event.hash
    given.keys = { tablet: base64url(await crypto.subtle.exportKey('spki', keys.publicKey)) }
    return given
  }

  it('hold', async () => {
    expect(await check(await signedRead())).toMatchObject({ kind: 'intact', signatures: { good: 1, noKey: 0 } })
  })

  it('are counted apart where the key is not known', async () => {
    const given = { ...(await signedRead()), keys: {} }
    expect(await check(given)).toMatchObject({ kind: 'intact', signatures: { good: 0, noKey: 1 } })
  })

  it('do not hold over another text, or speak of another command', async () => {
    const other = await signedRead((proof) => (proof.signed = proof.signed.replace('}', ',"x":1}')))
    expect(codes((await check(other)).faults)).toEqual(['deviceSignature'])
    const moved = await signedRead((_, event) => (event.command_id = 'another'))
    expect(codes((await check(moved)).faults)).toEqual(['deviceText'])
  })
})
