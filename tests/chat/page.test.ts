import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createChatClient } from '@polyservice-lab/clients'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RunningService, startLab } from '../support/lab.ts'

const executablePath = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
]

/** Texts that are harmless only as texts. */
const hostile = [
  '<img src=x onerror="document.title=1">',
  '<script>document.title=1</script>',
  '"><svg/onload=document.title=1>',
  'javascript:document.title=1',
  '{{constructor.constructor("document.title=1")()}}',
  '</textarea><b>bold</b>&lt;i&gt;',
  '\u202Eevil\u202C and \u200Binvisible\u200B',
]

/** A page keeps so many. */
const pageMessagesMax = 500

/** The Big List of Naughty Strings, with its scripts for pages. */
const naughty: readonly string[] = createRequire(import.meta.url)('big-list-of-naughty-strings')

describe.runIf(existsSync(executablePath))(
  'in Chromium (needs /usr/bin/chromium)',
  { timeout: 120_000 },
  () => {
    let lab: Awaited<ReturnType<typeof startLab>>
    let service: RunningService
    let browser: Browser
    let pages: Page[] = []
    /** What pages complain of: scripts that fail, what the policy forbids. */
    const complaints: string[] = []

    beforeAll(async () => {
      lab = await startLab(['chat'], { MESSAGES_BURST_MAX: '2000' })
      service = lab.service('chat')
      browser = await chromium.launch({ executablePath, args })
    })
    beforeEach(() => service.reset())
    afterEach(async () => {
      expect(complaints).toEqual([])
      await Promise.all(pages.map((page) => page.context().close()))
      pages = []
    })
    afterAll(async () => {
      await browser?.close()
      await lab?.[Symbol.asyncDispose]()
    })

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ locale: 'en-US', ...options })
      const page = await context.newPage()
      pages.push(page)
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        // A server that restarts is no fault of the page.
        if (!/ERR_|WebSocket connection/.test(message.text())) complaints.push(message.text())
      })
      const { host, port } = service.address()
      await page.goto(`http://${host}:${port}/`)
      return page
    }

    async function login(page: Page, name: string, edge?: 'WebSocket'): Promise<Page> {
      if (edge !== undefined) await page.getByLabel(edge).check()
      await page.locator('#username').fill(name)
      await page.locator('#login-btn').click()
      await page.locator('#connection[data-state="online"]').waitFor()
      return page
    }

    const say = async (page: Page, text: string) => {
      await page.locator('#message-input').fill(text)
      await page.locator('#message-input').press('Enter')
    }
    const texts = (page: Page) => page.locator('.message:not(.pending) > bdi').allTextContents()
    const shows = (page: Page, expected: readonly string[]) =>
      expect.poll(() => texts(page), { timeout: 20_000 }).toEqual(expected)

    test('two people talk, one over each protocol, and see each other come, type and go', async () => {
      const ada = await login(await open(), 'Ада')
      const bob = await login(await open(), 'Bob', 'WebSocket')
      for (const page of [ada, bob])
        await expect.poll(() => page.locator('#user-list li').allTextContents()).toEqual(['Ада', 'Bob'])
      await bob.locator('#message-input').pressSequentially('hi')
      await ada.locator('#typing-indicator', { hasText: 'Bob is typing...' }).waitFor()
      await bob.locator('#message-input').press('Enter')
      await say(ada, 'привет')
      for (const page of [ada, bob]) await shows(page, ['hi', 'привет'])
      const messages = await ada.locator('.message').all()
      const seqs = await Promise.all(messages.map((one) => one.getAttribute('data-seq')))
      expect(seqs).toEqual(['1', '2'])
      await bob.close()
      await ada.locator('.system-message', { hasText: 'Bob has left' }).waitFor()
      await expect.poll(() => ada.locator('#user-list li').count()).toBe(1)
    })

    test('a change of the room leaves the one before, and shows what was said there', async () => {
      const ada = await login(await open(), 'Ada')
      const bob = await login(await open(), 'Bob', 'WebSocket')
      await say(ada, 'general')
      await ada.locator('#room-list a[data-room="support"]').click()
      await say(ada, 'support')
      await shows(ada, ['support'])
      await bob.locator('#room-list a[data-room="support"]').focus()
      await bob.keyboard.press('Enter')
      await shows(bob, ['support'])
      expect(await bob.locator('#current-room').textContent()).toBe('Support')
      await bob.locator('#room-list a[data-room="general"]').click()
      await shows(bob, ['general'])
    })

    test.for(['Socket.IO', 'WebSocket'] as const)(
      'over %s, a page outlives a restart of the server: what was typed meanwhile is sent, once',
      async (edge) => {
        const ada = await login(await open(), 'Ada', edge === 'WebSocket' ? edge : undefined)
        const bob = await login(await open(), 'Bob')
        await say(ada, 'before')
        await shows(bob, ['before'])
        await service.signal('SIGTERM')
        await service.exitCode()
        await ada.locator('#connection[data-state="offline"]').waitFor()
        await say(ada, 'meanwhile')
        await service.start()
        for (const page of [ada, bob]) {
          await page.locator('#connection[data-state="online"]').waitFor({ timeout: 60_000 })
          await shows(page, ['before', 'meanwhile'])
        }
        await say(bob, 'after')
        for (const page of [ada, bob]) await shows(page, ['before', 'meanwhile', 'after'])
      },
    )

    test('texts of people are only ever texts', async () => {
      const ada = await login(await open(), '<b>Ada</b>')
      const bob = await login(await open(), 'Bob', 'WebSocket')
      for (const text of hostile) await say(ada, text)
      for (const page of [ada, bob]) {
        await shows(page, hostile)
        expect(await page.title()).toBe('chat: one chat, two protocols')
        expect(await page.locator('#chat-container img, #chat-container script, .message svg').count()).toBe(
          0,
        )
      }
      expect(await bob.locator('#user-list li').first().textContent()).toBe('<b>Ada</b>')
    })

    test('a known list of hostile strings is shown as it is, on both protocols and in the list of frames', async () => {
      const pages = [await login(await open(), 'Ada'), await login(await open(), 'Bob', 'WebSocket')]
      const dialogs: string[] = []
      for (const page of pages) {
        page.on('dialog', (dialog) => {
          dialogs.push(dialog.message())
          void dialog.dismiss()
        })
        await page.locator('#log summary').click()
      }
      await using eve = await createChatClient(service.address()).connect()
      await eve.login('Eve')
      await eve.send('general', 'harmless')
      const tags = (page: Page) =>
        page.evaluate(
          '[...new Set([...document.querySelectorAll("#messages *, #frames *")].map((one) => one.tagName))].sort()',
        )
      for (const page of pages) await shows(page, ['harmless'])
      const harmless = await Promise.all(pages.map(tags))
      for (const text of naughty) await eve.send('general', text)
      for (const page of pages) await shows(page, ['harmless', ...naughty].slice(-pageMessagesMax))
      expect(await Promise.all(pages.map(tags))).toEqual(harmless)
      expect(dialogs).toEqual([])
    })

    test('the protocol can be changed in the middle, and frames are shown on demand', async () => {
      const ada = await login(await open(), 'Ada')
      await ada.locator('#log summary').click()
      await say(ada, 'first')
      await ada.locator('#frames td', { hasText: '["send_message",' }).first().waitFor()
      await ada.getByLabel('WebSocket').check()
      await ada.locator('#connection[data-state="online"]').waitFor()
      await say(ada, 'second')
      await ada.locator('#frames td', { hasText: '{"type":"send_message"' }).first().waitFor()
      await shows(ada, ['first', 'second'])
    })

    test('in Russian, in the dark and on a phone nothing is cut off', async () => {
      const viewport = { width: 390, height: 844 }
      const page = await login(await open({ locale: 'ru-RU', colorScheme: 'dark', viewport }), 'Ада')
      const other = await login(
        await open({ locale: 'ru-RU' }),
        'Очень длинное имя для телефона',
        'WebSocket',
      )
      await say(page, 'привет')
      await say(other, 'длинное'.repeat(40))
      await expect.poll(() => texts(page)).toHaveLength(2)
      expect(await page.locator('#connection').textContent()).toBe('в сети')
      expect(await page.locator('#room-list a').allTextContents()).toEqual([
        'Общая',
        'Поддержка',
        'Случайное',
      ])
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(viewport.width)
      const pictures = process.env['PICTURES']
      if (pictures === undefined) return
      await page.screenshot({ path: `${pictures}/chat-phone.png`, fullPage: true })
      await other.locator('#log summary').click()
      await say(other, 'ещё')
      await other.screenshot({ path: `${pictures}/chat-wide.png`, fullPage: true })
    })

    test('the page loads nothing of another host, and its policy forbids it', async () => {
      const { host, port } = service.address()
      const response = await fetch(`http://${host}:${port}/`, { headers: { Accept: 'text/html' } })
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe-inline|https?:/)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    })
  },
)
