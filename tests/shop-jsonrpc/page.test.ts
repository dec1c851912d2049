import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'

const executablePath = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
]

describe.runIf(existsSync(executablePath))('in Chromium (needs /usr/bin/chromium)', () => {
  const lab = useLab(['shop-jsonrpc'])
  let browser: Browser
  let page: Page
  /** What the page complains of: scripts that fail, what its policy forbids. */
  const complaints: string[] = []
  const url = () => {
    const { host, port } = lab.service('shop-jsonrpc').address()
    return `http://${host}:${port}/`
  }

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => complaints.push(message.text()))
  })
  beforeEach(async () => {
    await page.goto(url())
    await page.locator('#methods li').first().waitFor()
  })
  afterEach(() => {
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
  })

  const outcome = (text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
  const answer = async () => JSON.parse((await page.locator('#answer').textContent()) ?? '')
  const send = () => page.getByRole('button', { name: 'Send' }).click()

  test('the page sends its first example over HTTP and shows the result', async () => {
    await send()
    await outcome('a result')
    expect(await answer()).toEqual({
      ...{ jsonrpc: '2.0', id: 1 },
      result: { id: 123, name: 'John Doe', email: 'john@example.com' },
    })
    const rows = page.locator('#messages tr')
    expect(await rows.count()).toBe(2)
    expect((await rows.last().locator('td').allTextContents()).slice(1, 3)).toEqual(['↑ sent', 'HTTP'])
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await rows.count()).toBe(0)
  })

  test('every method is listed, and the call that it offers is taken, over the WebSocket as well', async () => {
    const methods = page.locator('#methods button')
    expect(await methods.count()).toBe(17)
    await page.getByLabel('WebSocket').check()
    for (const name of ['listUsers', 'getProduct', 'placeOrder', 'cancelOrder', 'sum', 'get_data']) {
      await methods.filter({ hasText: new RegExp(`^${name}\\(`) }).click()
      await page.getByRole('textbox').press('Control+Enter')
      await page.locator('#answer:not(:empty)').waitFor()
      // A call is wrong in nothing but, here and there, what it names.
      expect((await answer()).error?.code ?? -32_005).toBe(-32_005)
    }
  })

  test('the page tells a notification, a batch and errors apart', async () => {
    await page.getByRole('button', { name: 'a notification' }).click()
    await send()
    await outcome('204: nothing to answer')
    await page.getByRole('button', { name: 'a batch' }).click()
    await send()
    await outcome('a result')
    expect((await answer()).map(({ id }: { id: string }) => id)).toEqual(['a', 'b'])
    await page.getByRole('button', { name: 'wrong params' }).click()
    await send()
    await outcome('an error')
    expect((await answer()).error.data.violations.map(({ field }: { field: string }) => field)).toEqual([
      ...['name', 'email'],
    ])
    await page.getByRole('textbox').fill('<b>{')
    await send()
    await outcome('an error')
    expect((await answer()).error.message).toBe('Parse error')
  })

  test('the page speaks Russian, fits a telephone, and follows the dark scheme', async () => {
    const context = await browser.newContext({
      ...{ locale: 'ru-RU', colorScheme: 'dark' as const },
      viewport: { width: 390, height: 844 },
    })
    const russian = await context.newPage()
    await russian.goto(url())
    await russian.locator('#methods li').first().waitFor()
    expect(await russian.title()).toBe('shop-jsonrpc: методы магазина, вызванные по имени')
    const english = await russian.locator('#methods small').allTextContents()
    expect(english.filter((text) => !/[а-я]/i.test(text))).toEqual([])
    await russian.getByRole('button', { name: 'Отправить' }).click()
    await russian.getByRole('status').filter({ hasText: 'результат' }).waitFor()
    expect(await russian.evaluate('document.documentElement.scrollWidth')).toBe(390)
    const background = await russian.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(background).toBe('rgb(14, 16, 24)')
    await russian.getByRole('button', { name: 'English' }).click()
    await russian.getByRole('heading', { name: 'Methods' }).waitFor()
    await context.close()
  })
})
