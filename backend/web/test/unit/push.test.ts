import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'

const SOURCE = readFileSync(new URL('../../src/sw.push.js', import.meta.url), 'utf8')
const INCIDENT = '019a0000-0000-7000-8000-000000000001'

interface Shown {
  title: string
  options: { body: string; tag: string; silent: boolean; renotify: boolean; actions: { action: string }[]; data: { path: string } }
}
interface Page {
  visibilityState: string
  rings: boolean | null
  heard: unknown[]
}

/** A browser as far as the worker's push sees one. */
class Browser {
  shown: Shown[] = []
  receipts: unknown[] = []
  opened: string[] = []
  pages: Page[] = []
  language = 'zh-CN'
  private listeners: Record<string, (event: object) => void> = {}
  private kept = new Map<string, Map<string, Response>>()

  constructor() {
    const store = (name: string) => {
      const all = this.kept.get(name) ?? new Map<string, Response>()
      this.kept.set(name, all)
      return {
        match: async (key: string) => all.get(key),
        put: async (key: string, value: Response) => void all.set(key, value),
        keys: async () => [...all.keys()],
        delete: async (key: string) => all.delete(key),
      }
    }
    const self = {
      addEventListener: (name: string, listener: (event: object) => void) => (this.listeners[name] = listener),
      clients: {
        matchAll: async () =>
          this.pages.map((page) => ({
            visibilityState: page.visibilityState,
            focus: async () => page,
            navigate: async (path: string) => void page.heard.push({ navigate: path }),
            postMessage: (what: unknown, ports?: MessagePort[]) => {
              page.heard.push(what)
              if (page.rings !== null) ports?.[0]?.postMessage(page.rings)
            },
          })),
        openWindow: async (path: string) => void this.opened.push(path),
      },
      registration: {
        showNotification: async (title: string, options: Shown['options']) => void this.shown.push({ title, options }),
        pushManager: { getSubscription: async () => ({ endpoint: 'https://push.example/1' }) },
      },
    }
    const browser = this
    const navigator = {
      get language() {
        return browser.language
      },
    }
    const fetch = async (_: string, { body }: { body: string }) => void this.receipts.push(JSON.parse(body))
    vm.runInNewContext(SOURCE, { self, navigator, fetch, caches: { open: async (name: string) => store(name) }, Response, MessageChannel, setTimeout, Promise, JSON, Date })
  }

  async does(name: string, event: object): Promise<void> {
    let work: Promise<unknown> = Promise.resolve()
    this.listeners[name]?.({ ...event, waitUntil: (promise: Promise<unknown>) => (work = promise) })
    await work
  }

  gets(notice: unknown): Promise<void> {
    return this.does('push', { data: { json: () => notice } })
  }

  async pressed(): Promise<unknown> {
    return this.kept.get('pressed-notice')?.get('/pressed')?.json()
  }
}

const alert = { kind: 'alert', alert_id: 'a', repeat: 0, incident_id: INCIDENT, urgency: 'immediate', title: { zh: '内部提醒', en: 'Internal notice' } }
let browser: Browser
beforeEach(() => (browser = new Browser()))

describe('a push', () => {
  it('shows the neutral words it brings, with the button, and answers with its endpoint for a proof', async () => {
    await browser.gets(alert)
    expect(browser.shown).toHaveLength(1)
    expect(browser.shown[0]).toMatchObject({ title: '柜铃', options: { body: '内部提醒', tag: 'a', silent: false } })
    expect(browser.shown[0]?.options.actions.map(({ action }) => action)).toEqual(['take'])
    expect(browser.receipts).toEqual([{ endpoint: 'https://push.example/1', alert_id: 'a', repeat: 0 }])
  })

  it('is shown once however often it comes, and a repeat is shown again in its place', async () => {
    await browser.gets(alert)
    await browser.gets(alert)
    await browser.gets({ ...alert, repeat: 1 })
    expect(browser.shown.map(({ options }) => options.tag)).toEqual(['a', 'a'])
    expect(browser.receipts).toHaveLength(3)
  })

  it('does not show while a page in front rings by itself', async () => {
    browser.pages = [{ visibilityState: 'visible', rings: true, heard: [] }]
    await browser.gets(alert)
    expect(browser.shown).toEqual([])
    expect(browser.receipts).toHaveLength(1)
  })

  it('is silent while a page behind rings by itself', async () => {
    browser.pages = [{ visibilityState: 'hidden', rings: true, heard: [] }]
    await browser.gets(alert)
    expect(browser.shown[0]?.options.silent).toBe(true)
  })

  it('sounds where the page is mute or asleep', async () => {
    browser.pages = [
      { visibilityState: 'visible', rings: false, heard: [] },
      { visibilityState: 'hidden', rings: null, heard: [] },
    ]
    await browser.gets(alert)
    expect(browser.shown[0]?.options.silent).toBe(false)
  })

  it('speaks English to an English browser, and says something even where it cannot be read', async () => {
    browser.language = 'en-GB'
    await browser.gets(alert)
    await browser.does('push', { data: { json: () => JSON.parse('{') } })
    await browser.does('push', { data: null })
    expect(browser.shown.map(({ options }) => options.body)).toEqual([
      'Internal notice',
      'Internal notice: open Counterbell',
      'Internal notice: open Counterbell',
    ])
  })

  it('that tries the way leads to my alerts and proves it, without a button', async () => {
    await browser.gets({ kind: 'test', test_id: '1.a', title: { zh: '测试', en: 'Test' } })
    expect(browser.shown[0]?.options).toMatchObject({ actions: [], data: { path: '/me/channels' } })
    expect(browser.receipts).toEqual([{ endpoint: 'https://push.example/1', test_id: '1.a' }])
  })

  it('never leads out of the house', async () => {
    await browser.gets({ ...alert, incident_id: '//evil.example' })
    expect(browser.shown[0]?.options.data.path).toBe('/')
  })
})

describe('a notice that is touched', () => {
  const notification = { close: () => undefined, data: { path: `/duty/incidents/${INCIDENT}`, incident: INCIDENT } }

  it('opens its incident, and takes nothing', async () => {
    await browser.does('notificationclick', { notification, action: '' })
    expect(browser.opened).toEqual([`/duty/incidents/${INCIDENT}`])
    expect(await browser.pressed()).toBeUndefined()
  })

  it('keeps the press of the button for the page, outside of its address', async () => {
    await browser.does('notificationclick', { notification, action: 'take' })
    expect(browser.opened).toEqual([`/duty/incidents/${INCIDENT}`])
    expect(await browser.pressed()).toMatchObject({ incident: INCIDENT })
  })

  it('goes there in the page that is open already', async () => {
    const page: Page = { visibilityState: 'hidden', rings: true, heard: [] }
    browser.pages = [page]
    await browser.does('notificationclick', { notification, action: '' })
    expect(page.heard).toEqual([{ open: `/duty/incidents/${INCIDENT}` }])
    expect(browser.opened).toEqual([])
  })

  it('loads the page anew where nobody is signed in on it to listen', async () => {
    const page: Page = { visibilityState: 'hidden', rings: null, heard: [] }
    browser.pages = [page]
    await browser.does('notificationclick', { notification, action: '' })
    expect(page.heard.at(-1)).toEqual({ navigate: `/duty/incidents/${INCIDENT}` })
  })
})
