import { describe, expect, it, vi } from 'vitest'
import { asWanted, counts, shortened, type Channel } from '../../src/me/useChannels'

vi.mock('../../src/api/client', () => ({ api: {}, ask: () => undefined }))

const NOW = Date.parse('2026-03-11T02:00:00Z')
const channel = (more: Partial<Channel>): Channel => ({
  id: 'c',
  kind: 'wecom',
  address: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa',
  enabled: true,
  secret: null,
  proven_at: null,
  ...more,
})

describe('my channels', () => {
  it('count when they are on; a push only when something came through within seven days', () => {
    expect(counts(channel({}), NOW)).toBe(true)
    expect(counts(channel({ enabled: false }), NOW)).toBe(false)
    const push = (proven_at: string | null) => counts(channel({ kind: 'webpush', proven_at }), NOW)
    expect(push(null)).toBe(false)
    expect(push('2026-03-04T02:00:00Z')).toBe(true)
    expect(push('2026-03-04T01:59:59Z')).toBe(false)
  })

  it('are shown without the key of a robot or the token of a service', () => {
    expect(shortened(channel({}))).toBe('qyapi.weixin.qq.com/…5aaa')
    expect(shortened(channel({ kind: 'apprise', address: 'tgram://123456:secret@chat' }))).toBe('tgram://…')
    expect(shortened(channel({ kind: 'apprise', address: 'something-without-a-host' }))).toBe('something-wi…')
    expect(shortened(channel({ kind: 'sms', address: '13800000000' }))).toBe('13800000000')
    expect(shortened(channel({ kind: 'ntfy', address: 'https://ntfy.sh/ab' }))).toBe('ntfy.sh/ab')
  })

  it('are sent back without what the server worked out', () => {
    expect(Object.keys(asWanted(channel({ secret: 's' })))).toEqual(['id', 'kind', 'address', 'enabled'])
  })
})
