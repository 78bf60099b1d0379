import { describe, expect, it } from 'vitest'
import { canonical } from '../../src/offline/canonical'
import { newId } from '../../src/offline/ids'
import { seal, sealedHash } from '../../src/offline/seal'

describe('the signed text', () => {
  it('has its keys in the order of their UTF-16 code units, also inside', () => {
    expect(canonical({ b: 1, a: { '\u{1F600}': 1, '\ufb33': 2, '1': null }, '10': [true, 'x'] })).toBe(
      '{"10":[true,"x"],"a":{"1":null,"\u{1F600}":1,"\ufb33":2},"b":1}',
    )
  })

  it('writes text as RFC 8785 does', () => {
    expect(canonical('€$\u000f\nA\'B"\\\\"/\u2028')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028"')
  })

  it('refuses a number that not every reader keeps', () => {
    expect(() => canonical({ n: 0.5 })).toThrow(RangeError)
    expect(() => canonical(2 ** 53)).toThrow(RangeError)
  })
})

describe('sealing', () => {
  it('is SHA-256 of the salt and the text', async () => {
    const hash = await sealedHash(new Uint8Array(32), '诉求')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await sealedHash(new Uint8Array(32), '诉求')).toBe(hash)
    expect(await sealedHash(new Uint8Array(32).fill(1), '诉求')).not.toBe(hash)
  })

  it('takes every typed text of a command, and nothing else', async () => {
    const { data, sealed } = await seal('complete-step', {
      step: 'check_identity',
      note: 'one',
      record: { outlet: 'two', checked: true, count: 3 },
    })
    expect(data.step).toBe('check_identity')
    expect(data.record).toMatchObject({ checked: true, count: 3 })
    expect(Object.values(sealed).map((each) => each.text).sort()).toEqual(['one', 'two'])
    const facts = (await seal('record-facts', { facts: { demand: 'three', profile: 'weeping' } })).data.facts
    expect(facts).toMatchObject({ profile: 'weeping', demand: { sealed: expect.any(String) } })
    const open = await seal('open', { type: 'group_visit', id: 'x', note: 'four', facts: { demand: 'five' } })
    expect(Object.keys(open.sealed)).toHaveLength(2)
    expect((await seal('cancel', { reason: 'six' })).data.reason).toHaveProperty('sealed')
  })
})

describe('an id', () => {
  it('is a UUIDv7 and sorts by its time', () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newId(1000) < newId(2000)).toBe(true)
    expect(newId(0x0102_0304_0506).slice(0, 13)).toBe('01020304-0506')
  })
})
