import { beforeAll, describe, expect, it } from 'vitest'
import { addTexts } from '../../src/i18n'
import phone from '../../src/i18n/zh/phone'
import { CAUSES, causeWords, isCause, topicOf, TOPICS } from '../../src/incident/causes'

describe('root causes', () => {
  beforeAll(() => addTexts({ phone }))

  it('each stand under a topic that can be chosen, and each topic leads to one', () => {
    expect(new Set(CAUSES.map(topicOf))).toEqual(new Set(TOPICS))
  })

  it('are chosen only at their end: a topic alone is none, "other" is one', () => {
    expect(isCause('promises')).toBe(false)
    expect(isCause(null)).toBe(false)
    expect(isCause('promises.benefit_late')).toBe(true)
    expect(isCause('other')).toBe(true)
  })

  it('are named by both levels', () => {
    expect(causeWords('information.unclear_terms')).toBe('信息：条款没讲清')
    expect(causeWords('other')).toBe('其他')
  })
})
