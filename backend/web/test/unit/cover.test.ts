/** Who stands in while somebody is away, part by part. */
import { expect, it } from 'vitest'
import { coverOf } from '@/rota/cover'
import { wallText } from '@/rota/zones'

const person = (username: string) => ({ id: username, username, name: username })
const stands = (user: string, substitute: string, from: string, to: string | null = null) => ({
  id: `${user}-${substitute}-${from}`, user: person(user), substitute: person(substitute), from, to,
})
const away = (user: string, from: string, to: string) => ({ id: `${user}-${from}`, user: person(user), from, to })
const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`
const told = (parts: ReturnType<typeof coverOf>) => parts.map(({ from, to, who }) => [Number(from.slice(8, 10)), Number(to.slice(8, 10)), who?.username ?? null])

it('is nobody where nobody is named, and one who is named without end for all of it', () => {
  expect(told(coverOf('li', day(11), day(13), [], []))).toEqual([[11, 13, null]])
  expect(told(coverOf('li', day(11), day(13), [stands('li', 'wu', day(1)), stands('he', 'xu', day(1))], []))).toEqual([[11, 13, 'wu']])
})

it('tells where the substitute ends when the leave is made longer', () => {
  const substitutes = [stands('li', 'wu', day(10), day(13)), stands('li', 'xu', day(15), day(16))]
  expect(told(coverOf('li', day(11), day(17), substitutes, []))).toEqual([
    [11, 13, 'wu'],
    [13, 15, null],
    [15, 16, 'xu'],
    [16, 17, null],
  ])
})

it('goes on to the substitute’s own while they are away too, and ends where there is none', () => {
  const substitutes = [stands('li', 'wu', day(1)), stands('wu', 'xu', day(1))]
  const absences = [away('wu', day(12), day(13)), away('wu', day(14), day(15)), away('xu', day(14), day(15))]
  expect(told(coverOf('li', day(11), day(15), substitutes, absences))).toEqual([
    [11, 12, 'wu'],
    [12, 13, 'xu'],
    [13, 14, 'wu'],
    [14, 15, null],
  ])
})

it('ends where two stand in for each other, and is nothing for a time that ends before it begins', () => {
  const circle = [stands('li', 'wu', day(1)), stands('wu', 'li', day(1))]
  expect(told(coverOf('li', day(11), day(12), circle, [away('wu', day(11), day(12)), away('li', day(11), day(12))]))).toEqual([[11, 12, null]])
  expect(coverOf('li', day(12), day(11), circle, [])).toEqual([])
  expect(coverOf('li', 'soon', day(11), circle, [])).toEqual([])
})

it('writes a moment by the branch’s clock', () => {
  expect(wallText('2026-03-11T16:30:00Z', 'Asia/Shanghai')).toBe('2026-03-12 00:30')
})
