import { describe, expect, it } from 'vitest'
import en from '../../src/i18n/en'
import zh from '../../src/i18n/zh'

type Tree = { readonly [name: string]: string | Tree }

function leaves(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + name, value)
    else for (const [key, text] of leaves(value, `${prefix}${name}.`)) found.set(key, text)
  }
  return found
}

const chinese = leaves(zh)
const english = leaves(en)
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('the texts', () => {
  it('are the same in both languages, none missing and none too many', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('say something each', () => {
    for (const texts of [chinese, english]) for (const [key, text] of texts) expect(text.trim(), key).not.toBe('')
  })

  it('have the same places to fill in both languages', () => {
    for (const [key, text] of chinese) expect(places(english.get(key)!), key).toEqual(places(text))
  })

  it('hold nothing that vue-i18n would take for its own signs', () => {
    for (const texts of [chinese, english]) for (const [key, text] of texts) expect(text, key).not.toMatch(/[@|]/)
  })

  it('are Chinese in Chinese and not in English', () => {
    for (const [key, text] of english) {
      if (key === 'common.language.other') continue // the other language's name, in that language
      expect(text, key).not.toMatch(/[\u3400-\u9fff]/)
    }
  })

  it('put a space between Chinese and digits or Latin letters', () => {
    for (const [key, text] of chinese) expect(text, key).not.toMatch(/[\u3400-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u3400-\u9fff]/)
  })
})
