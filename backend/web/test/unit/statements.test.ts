// @vitest-environment happy-dom
/** The written statement (A8): its card, its paper, and that nothing typed is lost. */
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, type App } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Me } from '../../src/api/types'
import { letterOf, withWords } from '../../src/dealings/letter'
import { issuedPaper, shortHash } from '../../src/dealings/proof'
import StatementCard from '../../src/dealings/StatementCard.vue'
import { warningOf } from '../../src/dealings/statements'
import '../../src/dealings/texts'
import { useWords } from '../../src/dealings/useWords'
import { i18n } from '../../src/i18n'
import { rightsOf } from '../../src/incident/rights'
import type { Shown } from '../../src/stores/overlay'
import { useSession } from '../../src/stores/session'

const BRANCH = { id: 'east-01', name: '城东支行营业部' }
const PAPER = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8"><title>书面说明 A-1</title><style>h1{color:red}</style>
<h1>示范银行<br>书面说明</h1>
<dl><dt>编号</dt><dd>A-1</dd></dl>
<p>您好 &lt;b&gt;</p>
<dl><dt>联系人</dt><dd>李静</dd><dt>签发人</dt><dd>周敏</dd></dl>
</html>
`
const AT = '2026-03-11T02:05:00.000Z'
const by = { id: 'c', username: 'complaint1', name: '李静' }
const issued = { id: 's1', lang: 'zh', sha256: 'ab'.repeat(32), at: AT, by }

let answers: { draft: number; text: string; contact: string | null; paper: string }[] = []
vi.mock('../../src/api/client', () => ({
  api: { GET: async () => answers.shift() },
  ask: async (asked: Promise<unknown>) => asked,
  listenToAnswers: () => undefined,
}))

const step = (id: string, more: object = {}) => ({ id, playbook: 'complaint_heavy', state: 'ready', ...more })
const incident = (more: object = {}): Shown =>
  ({
    id: 'i1', branch: BRANCH, alerts: [], informed: [], in_charge: null, facts: {}, status: 'acknowledged',
    steps: [step('written_statement')], statements: [], statement_drafts: [], ...more,
  }) as unknown as Shown
const person = (role: string, org = 'east'): Me => ({ ...by, roles: [{ role, org: { id: org, name: org } }] }) as Me

let app: App | undefined
function card(shown: Shown, me: Me, device = false): HTMLElement {
  const session = useSession()
  session.me = me
  session.device = device ? ({ id: 'd', org: BRANCH, name: '' } as unknown as typeof session.device) : null
  const root = document.createElement('div')
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: {} }] })
  app = createApp(StatementCard, { incident: shown, rights: rightsOf(shown, me) }).use(i18n).use(router)
  app.mount(root)
  return root
}

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => {
  app?.unmount()
  vi.unstubAllGlobals()
})

describe('the card', () => {
  it('says that none was begun, and lets who writes begin', () => {
    const root = card(incident(), person('complaint_officer'))
    expect(root.textContent).toContain('还没有动笔')
    expect(root.querySelector('a')?.textContent).toBe('写书面说明')
  })

  it('warns when it is about to be closed or closed without one', () => {
    expect(warningOf(incident({ status: 'contained' }))).toBe('soon')
    expect(warningOf(incident({ status: 'closed' }))).toBe('missing')
    expect(warningOf(incident({ steps: [step('written_statement', { state: 'done' })] }))).toBe('ticked')
    expect(warningOf(incident({ status: 'closed', statements: [issued] }))).toBeNull()
    expect(warningOf(incident({ status: 'closed', steps: [] }))).toBeNull()
    expect(card(incident({ status: 'closed' }), person('teller', 'east-01')).textContent).toContain('已经办结，书面说明还没有签发')
  })

  it('says who wrote a draft, who issued it, and its hash', () => {
    const root = card(incident({ statements: [issued], statement_drafts: [{ lang: 'en', at: AT, by }] }), person('compliance_officer', 'hq'))
    expect(root.textContent).toMatch(/李静 .*签发（中文）/)
    expect(root.textContent).toContain('哈希 abab abab abab abab')
    expect(root.textContent).toMatch(/李静 .*写了草稿（英文），还没有签发/)
  })

  it('leads a teller, and whoever is signed in on a tablet, to no words', () => {
    const shown = incident({ statements: [issued] })
    expect(card(shown, person('teller', 'east-01')).querySelector('a')).toBeNull()
    expect(card(shown, person('complaint_officer'), true).querySelector('a')).toBeNull()
    expect(card(shown, person('branch_manager', 'east-01')).querySelector('a')?.textContent).toBe('看书面说明')
  })

  it('names the invitation, with its day', () => {
    const invited = step('invite_review', { state: 'done', recorded: { invited_to: 'open_day', agreed_on: '2026-03-20' } })
    expect(card(incident({ steps: [step('written_statement'), invited] }), person('complaint_officer')).textContent).toContain('已邀请客户参加开放日')
  })
})

describe('the paper', () => {
  it('is read from the document, as words and nothing else', () => {
    const letter = letterOf(PAPER)
    expect([letter.bank, letter.title, letter.drill]).toEqual(['示范银行', '书面说明', null])
    expect(letter.text).toEqual(['您好 <b>'])
    expect(letter.foot.map(({ value }) => value)).toEqual(['李静', '周敏'])
  })

  it('takes what is typed, divided as the server divides it', () => {
    const letter = withWords(letterOf(PAPER), '一\n\n  \n二', '王强')
    expect(letter.text).toEqual(['一', '二'])
    expect(letter.foot.map(({ value }) => value)).toEqual(['王强', '周敏'])
  })

  it('is checked against the hash on record, byte for byte', async () => {
    vi.stubGlobal('fetch', async () => new Response(PAPER))
    const bytes = new TextEncoder().encode(PAPER)
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
    expect((await issuedPaper('i1', 's1', digest)).proof).toBe('true')
    expect((await issuedPaper('i1', 's1', issued.sha256)).proof).toBe('false')
    expect(shortHash(digest)).toHaveLength(19)
  })
})

describe('words that are typed', () => {
  const found = (draft: number, text: string) => ({ draft, text, contact: '李静', paper: PAPER })

  it('stay when somebody else saves meanwhile, until one chooses', async () => {
    answers = [found(0, '开头'), found(7, '别人的')]
    const words = useWords(() => 'i1', 'zh')
    await words.load()
    words.typed.value.text = '我的'
    await words.load()
    expect(words.typed.value.text).toBe('我的')
    expect(words.newer.value?.text).toBe('别人的')
    words.takeTheirs()
    expect([words.typed.value.text, words.base.value]).toEqual(['别人的', 7])
    words.takeBack()
    expect([words.typed.value.text, words.dirty.value, words.newer.value]).toEqual(['我的', true, null])
  })

  it('are another’s while nothing is typed', async () => {
    answers = [found(0, '开头'), found(7, '别人的')]
    const words = useWords(() => 'i1', 'zh')
    await words.load()
    await words.load()
    expect([words.typed.value.text, words.base.value]).toEqual(['别人的', 7])
  })

  it('go on being typed while they are sent', async () => {
    answers = [found(0, '开头'), found(7, '我的')]
    const words = useWords(() => 'i1', 'zh')
    await words.load()
    words.typed.value = { text: '我的，还有', contact: '李静' }
    await words.load({ text: '我的', contact: '李静' })
    expect([words.typed.value.text, words.base.value, words.dirty.value, words.newer.value]).toEqual(['我的，还有', 7, true, null])
  })
})
