// @vitest-environment happy-dom
/** Whoever reads words to say reads the rule behind them, too (A10). */
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, type App, type Component } from 'vue'
import type { Playbook } from '../../src/api/types'
import { i18n, language } from '../../src/i18n'
import en from '../../src/i18n/en'
import StepWords from '../../src/incident/StepWords.vue'
import { usePlaybooks } from '../../src/stores/playbooks'
import ScriptBlock from '../../src/tablet/ScriptBlock.vue'

const RULES = [
  { zh: '《银行业保险业消费投诉处理管理办法》', en: 'Measures on Handling Consumer Complaints' },
  { zh: '先安抚，再解决', en: 'calming comes before solving' },
]
const SAY = [{ zh: '您先坐。', en: 'Please have a seat.' }]
const step = { id: 'listen_first', playbook: 'complaint_light', title: SAY[0], say: SAY, avoid: [] }
const book = { id: 'complaint_light', tap: {}, steps: [{ ...step, rules: RULES }] } as unknown as Playbook

let app: App | undefined
const read = (component: Component, props: object): string => {
  const root = document.createElement('div')
  app = createApp(component, { ...props }).use(i18n)
  app.mount(root)
  return root.textContent ?? ''
}

beforeEach(() => {
  setActivePinia(createPinia())
  usePlaybooks().items = [book]
})
afterEach(() => {
  app?.unmount()
  i18n.global.locale.value = 'zh'
  language.value = 'zh'
})

const incident = { steps: [step], status: 'open', playbooks: [{ id: 'complaint_light', version: 2 }] }

it('stands under the words of a step', () => {
  expect(read(StepWords, { incident, step })).toContain('依据：《银行业保险业消费投诉处理管理办法》；先安抚，再解决')
})

it('stands under the words on the page of scripts', () => {
  expect(read(ScriptBlock, { title: '', say: SAY, avoid: [], rules: RULES })).toContain('依据：《银行业保险业消费投诉处理管理办法》；先安抚，再解决')
})

it('stands there in English', () => {
  i18n.global.setLocaleMessage('en', en)
  i18n.global.locale.value = 'en'
  language.value = 'en'
  expect(read(StepWords, { incident, step })).toContain('Rule: Measures on Handling Consumer Complaints; calming comes before solving')
})

it('is left out where the words are from a playbook that nobody has read here', () => {
  usePlaybooks().items = []
  expect(read(StepWords, { incident, step })).not.toContain('依据')
})
