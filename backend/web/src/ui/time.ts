/** The server's time on this screen, ticking once a second, and how times are written. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { language, t } from '@/i18n'

let ahead = 0
const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Told at each connect; clocks on the screen count by the server's. */
export function setServerTime(told: string): void {
  ahead = Date.parse(told) - Date.now()
  now.value = Date.now() + ahead
}

export function serverNow(): number {
  return Date.now() + ahead
}

/** A moment of this device's wall clock, by the server's. */
export const toServer = (moment: number): number => moment + ahead

/** Milliseconds, reactive, once a second while somebody looks. */
export function useNow(): Readonly<Ref<number>> {
  users += 1
  timer ??= setInterval(() => (now.value = serverNow()), 1000)
  now.value = serverNow()
  onScopeDispose(() => {
    users -= 1
    if (users === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return readonly(now)
}

/** The branch's time zone; all times on the screen are in it. */
export const timeZone = ref('Asia/Shanghai')

const formats = new Map<string, Intl.DateTimeFormat>()

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([options, language.value, timeZone.value])
  let made = formats.get(key)
  if (!made) {
    const locale = language.value === 'zh' ? 'zh-CN' : 'en-GB'
    made = new Intl.DateTimeFormat(locale, { timeZone: timeZone.value, ...options })
    formats.set(key, made)
  }
  return made
}

type Moment = string | number

const moment = (at: Moment): number => (typeof at === 'string' ? Date.parse(at) : at)

/** 14:05:12 */
export function clockTime(at: Moment): string {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(moment(at))
}

/** 14:05 */
export function shortTime(at: Moment): string {
  return format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(moment(at))
}

/** 11月24日 周二, Tue, 24 Nov */
export function day(at: Moment, zone: string = timeZone.value): string {
  const date = format({ month: language.value === 'zh' ? 'long' : 'short', day: 'numeric', timeZone: zone }).format(moment(at))
  const weekday = format({ weekday: 'short', timeZone: zone }).format(moment(at))
  return language.value === 'zh' ? `${date} ${weekday}` : `${weekday} ${date}`
}

/** As `day`, of a date that belongs to no zone. */
export const dateText = (date: string): string => day(date, 'UTC')

/** 11月, November; the first is 0. */
export const monthName = (year: number, month: number): string => format({ month: language.value === 'zh' ? 'short' : 'long', timeZone: 'UTC' }).format(Date.UTC(year, month, 1))

/** 2026年11月24日 14:05:12 */
export function fullTime(at: Moment): string {
  const date = format({ year: 'numeric', month: 'long', day: 'numeric' }).format(moment(at))
  return `${date} ${clockTime(at)}`
}

/** A running clock: m:ss under an hour, then whole minutes, hours, days. */
export function running(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return whole < 3600 ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}` : span(whole)
}

/** How long something took: 41 分, 2 时 5 分. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const minutes = Math.floor(whole / 60)
  if (whole < 60) return t('common.time.seconds', { n: whole })
  if (whole < 600 && whole % 60) return t('common.time.minutesSeconds', { m: minutes, s: whole % 60 })
  if (minutes < 120) return t('common.time.minutes', { n: minutes })
  if (minutes < 48 * 60) return t('common.time.hours', { h: Math.floor(minutes / 60), m: minutes % 60 })
  return t('common.time.days', { n: Math.floor(minutes / 1440) })
}
