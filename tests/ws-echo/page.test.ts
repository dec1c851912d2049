import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { opcode, RawPeer } from './raw-peer.ts'

const executablePath = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const repliesTo = (message: string) => [1, 2, 3, 4, 5].map((i) => `${i} Сообщение пользователя: ${message}`)

describe.runIf(existsSync(executablePath))('in Chromium (needs /usr/bin/chromium)', () => {
  const lab = useLab(['ws-echo'], { HEARTBEAT_MS: '2000' })
  let browser: Browser
  let page: Page
  /** What the page complains of: scripts that fail, what its policy forbids. */
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => complaints.push(message.text()))
  })
  beforeEach(async () => {
    const { host, port } = await lab.service('ws-echo').address()
    await page.goto(`http://${host}:${port}/`)
    await state('connected')
  })
  afterEach(() => {
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
  })

  const state = (name: string) => page.getByRole('status').filter({ hasText: name }).waitFor()
  const replies = async (count = 5) => {
    const items = page.locator('#replies li span:first-child')
    await items.nth(count - 1).waitFor()
    return items.allTextContents()
  }
  const send = async (message: string) => {
    await page.getByRole('textbox').fill(message)
    await page.getByRole('button', { name: 'Send' }).click()
  }

  test('the page connects, sends a text and shows its five replies', async () => {
    await send('<b>привет</b>')
    expect(await replies()).toEqual(repliesTo('<b>привет</b>'))
  })

  test('the page shows each frame with its sizes', async () => {
    await send('<b>привет</b>')
    await replies()
    const rows = page.locator('#frames tr')
    expect(await rows.count()).toBe(6)
    const sent = await rows.last().locator('td').allTextContents()
    expect(sent.slice(1, 5)).toEqual(['↑ sent', 'text', '19', '25'])
    const received = await rows.first().locator('td').allTextContents()
    expect(received.slice(1, 5)).toEqual(['↓ received', 'text', '66', '68'])
    expect(received.at(-1)).toBe('5 Сообщение пользователя: <b>привет</b>')
  })

  test('the page sends binary with the keyboard', async () => {
    await page.getByLabel('binary').check()
    await page.getByRole('textbox').fill('bytes')
    await page.getByRole('textbox').press('Control+Enter')
    await page.locator('#frames tr').nth(5).waitFor()
    expect(await replies()).toEqual(repliesTo('bytes'))
    expect(await page.locator('#frames td:nth-child(3)').allTextContents()).toEqual(Array(6).fill('binary'))
  })

  test('the page disconnects, connects again, and its browser answers the heartbeat', async () => {
    await page.getByRole('button', { name: 'Disconnect' }).click()
    await state('closed')
    await page.getByRole('button', { name: 'Connect' }).click()
    await state('connected')
    using metronome = await RawPeer.open(await lab.service('ws-echo').address())
    for (let beat = 0; beat < 4; beat++) {
      const { payload } = await metronome.frame()
      metronome.send({ opcode: opcode.pong, payload })
    }
    await send('again')
    expect(await replies()).toEqual(repliesTo('again'))
  })

  test('the list of frames is cleared on demand', async () => {
    await send('away with it')
    await replies()
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await page.locator('#frames tr').count()).toBe(0)
  })

  test('the page speaks the language of the browser, another one on demand, and remembers that', async () => {
    const { host, port } = await lab.service('ws-echo').address()
    const context = await browser.newContext({ locale: 'ru-RU' })
    const russian = await context.newPage()
    await russian.goto(`http://${host}:${port}/`)
    expect(await russian.title()).toBe('ws-echo: одно сообщение, пять ответов')
    await russian.getByRole('status').filter({ hasText: 'соединено' }).waitFor()
    await russian.getByRole('button', { name: 'Отправить' }).click()
    await russian.getByRole('cell', { name: '↓ получен' }).first().waitFor()
    await russian.getByRole('button', { name: 'English' }).click()
    expect(await russian.getByRole('cell', { name: '↓ received' }).count()).toBeGreaterThan(0)
    await russian.reload()
    expect(await russian.getByRole('heading', { name: 'Replies' }).count()).toBe(1)
    await context.close()
  })

  test("the browser's WebSocket gets five replies, a clean close and the reason for another", async () => {
    const { host, port } = await lab.service('ws-echo').address()
    const result = await page.evaluate(async (url) => {
      const open = (): Promise<WebSocket> =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(url)
          socket.onopen = () => resolve(socket)
          socket.onerror = reject
        })
      const closed = (socket: WebSocket): Promise<[number, string, boolean]> =>
        new Promise((resolve) => {
          socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean])
        })
      const socket = await open()
      const texts: unknown[] = []
      await new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => texts.push(data) === 5 && resolve()
        socket.send('из браузера')
      })
      const clean = closed(socket)
      socket.close(4000, 'до свидания')
      const tooLong = await open()
      const refused = closed(tooLong)
      tooLong.send('*'.repeat(1_048_577))
      return { texts, clean: await clean, refused: await refused }
    }, `ws://${host}:${port}/any/path`)
    expect(result).toEqual({
      texts: repliesTo('из браузера'),
      clean: [4000, 'до свидания', true],
      refused: [1009, 'a message of more than 1048576 bytes', true],
    })
  })
})
