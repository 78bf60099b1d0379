/** Chinese first, English one tap away; the choice stays on the device. */
import { Locale } from 'vant'
import { ref } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Both } from '@/api/types'
import type { Messages } from './schema'
import zh from './zh/first'

export type Language = 'zh' | 'en'

const KEPT = 'counterbell.language'

export const language = ref<Language>('zh')

export const i18n = createI18n({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as unknown as { zh: Messages; en?: Messages },
  missingWarn: false,
  fallbackWarn: false,
})

/** The Chinese texts of a page that is seldom opened, which brings them; English ones come all at once. */
export function addTexts(texts: Partial<Messages>): void {
  i18n.global.mergeLocaleMessage('zh', texts)
}

/** Every text there is, as `area.group.name`. */
export type TextKey = Leaves<Messages>
type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}`
}[keyof T & string]

type Values = Record<string, string | number>

/** A text of ours. `t('tablet.home.ask')`; a wrong key does not compile. */
export function t(key: TextKey, values: Values = {}): string {
  return (i18n.global.t as (key: string, values: Values) => string)(key, values)
}

/** A text of ours whose key is put together from the server's words, or the word itself. */
export function tWord(group: string, word: string): string {
  const key = `${group}.${word}`
  return (i18n.global.te as (key: string) => boolean)(key) ? t(key as TextKey) : word
}

/** The reader's half of a text that the server sends in both languages. */
export function own(text: Both): string {
  return text[language.value]
}

/** The part of a text in both languages ("中文 / English") that is in the reader's. */
export function ownPart(text: string): string {
  const parts = text.split(' / ')
  return parts.length === 2 ? parts[language.value === 'zh' ? 0 : 1]! : text
}

/** Several words in one line, with the mark between them that the language has. */
export function listed(words: readonly string[], between: '、' | '，' | '；' = '、'): string {
  return words.join(language.value === 'zh' ? between : between === '；' ? '; ' : ', ')
}

export async function setLanguage(chosen: Language): Promise<void> {
  if (chosen === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default)
  if (chosen === 'en') Locale.use('en-US', (await import('vant/es/locale/lang/en-US')).default)
  else Locale.use('zh-CN')
  i18n.global.locale.value = chosen
  language.value = chosen
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
  document.title = t('common.product')
  localStorage.setItem(KEPT, chosen)
}

export async function loadLanguage(): Promise<void> {
  await setLanguage(localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh')
}
