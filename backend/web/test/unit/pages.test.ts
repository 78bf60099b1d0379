/** A list of the server's: what was asked last is what is shown, whichever answer comes last. */
import { expect, test } from 'vitest'
import { usePages } from '@/desk/usePages'

type Page = { items: string[]; next_cursor: string | null }

function asked() {
  const answers: ((page: Page) => void)[] = []
  const heard: Page[] = []
  const list = usePages<string>(
    () => new Promise((answer) => answers.push(answer)),
    (page) => heard.push(page),
  )
  const answer = async (at: number, items: string[], next_cursor: string | null = null): Promise<void> => {
    answers[at]!({ items, next_cursor })
    await new Promise((done) => setTimeout(done))
  }
  return { list, heard, answers, answer }
}

test('an answer to an older question is not shown', async () => {
  const { list, heard, answer } = asked()
  void list.load()
  await answer(1, ['new'])
  await answer(0, ['old'])
  expect(list.items.value).toEqual(['new'])
  expect(heard.map(({ items }) => items)).toEqual([['new']])
})

test('an answer to an older question does not end the waiting for the newer one', async () => {
  const { list, answer } = asked()
  void list.load()
  await answer(0, ['old'])
  expect(list.loading.value).toBe(true)
  await answer(1, ['new'])
  expect(list.loading.value).toBe(false)
})

test('no further page of the old list is added while a new one is on its way', async () => {
  const { list, answers, answer } = asked()
  await answer(0, ['a'], 'after a')
  void list.load()
  void list.more()
  expect(answers).toHaveLength(2)
  await answer(1, ['b'], 'after b')
  void list.more()
  await answer(2, ['c'])
  expect(list.items.value).toEqual(['b', 'c'])
})
