/** A written statement as it stands on paper, read out of the very document that the server makes. */

export interface Letter {
  lang: string
  bank: string
  title: string
  /** That it is none of a real matter. */
  drill: string | null
  head: Row[]
  text: string[]
  foot: Row[]
}
export interface Row {
  name: string
  value: string
}

/** The document's own look: the policy for content lets no style in by a string. */
const STYLE = /<style>.*?<\/style>/s

/** What stands in the document; only its words, whatever else was in it. */
export function letterOf(html: string): Letter {
  const page = new DOMParser().parseFromString(html.replace(STYLE, ''), 'text/html')
  const heading = [...(page.querySelector('h1')?.childNodes ?? [])].map((node) => node.textContent ?? '')
  const [head, foot] = [...page.querySelectorAll('dl')].map(rowsOf)
  return {
    lang: page.documentElement.lang,
    bank: heading[0] ?? '',
    title: heading.at(-1) ?? '',
    drill: page.querySelector('p > strong')?.textContent ?? null,
    head: head ?? [],
    text: [...page.querySelectorAll('p')].filter((each) => !each.querySelector('strong')).map((each) => each.textContent ?? ''),
    foot: foot ?? [],
  }
}

/** The same with other words in it, divided as the server divides them. */
export function withWords(letter: Letter, text: string, contact: string): Letter {
  const [first, ...others] = letter.foot
  return {
    ...letter,
    text: text.split('\n').filter((line) => line.trim()),
    foot: first ? [{ ...first, value: contact }, ...others] : [],
  }
}

function rowsOf(list: Element): Row[] {
  const values = [...list.querySelectorAll('dd')]
  return [...list.querySelectorAll('dt')].map((name, at) => ({ name: name.textContent ?? '', value: values[at]?.textContent ?? '' }))
}
