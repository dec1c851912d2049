import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { originOf, useShop } from './support/shop.ts'

const executablePath = '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const patience = { timeout: 100_000 }

describe.runIf(existsSync(executablePath))('the page in Chromium (needs /usr/bin/chromium)', () => {
  const shop = useShop()
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
  })
  afterAll(() => browser?.close())

  async function open(options = {}): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-US', ...options })).newPage()
    page.setDefaultTimeout(patience.timeout)
    await page.goto(originOf(shop.live()))
    await untilLive(page)
    return page
  }

  // Expressions are texts: this project has no types of a browser.
  const untilTrue = (page: Page, expression: string) =>
    expect.poll(() => page.evaluate(expression), patience).toBe(true)
  const untilLive = (page: Page) =>
    untilTrue(page, "document.querySelectorAll('[data-state=live]').length === 4")
  const counts = (page: Page) => page.locator('[data-of=events]').allTextContents()
  const untilAllHave = (page: Page, count: number) =>
    untilTrue(
      page,
      `[...document.querySelectorAll('[data-of=events]')].every((cell) => Number(cell.textContent) >= ${count})`,
    )
  /** Each strip has a mark with the number of the event. */
  const untilMarked = (page: Page, seq: number) =>
    untilTrue(
      page,
      `['polling', 'long-polling', 'sse', 'websocket'].every((id) =>
        document.querySelector('#' + id + ' .strip b')?.textContent === '${seq}')`,
    )

  test('shows an order by all four means, and after a restart of shop-live nothing is lost or doubled', async () => {
    const page = await open()
    await Promise.all([untilMarked(page, 1), shop.placeOrders(1)])
    const restarted = shop.live().restart({ timeout: 10_000 })
    await shop.placeOrders(2)
    await restarted
    await untilAllHave(page, 3)
    await shop.placeOrders(1)
    await untilAllHave(page, 4)
    expect(await counts(page)).toEqual(['4', '4', '4', '4'])
  }, 300_000)

  test('loads nothing from other hosts, speaks Russian, and fits a narrow screen', async () => {
    const hosts = new Set<string>()
    const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 390, height: 844 } })
    const page = await context.newPage()
    page.setDefaultTimeout(patience.timeout)
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    await page.goto(originOf(shop.live()))
    await untilLive(page)
    expect([...hosts]).toEqual([new URL(originOf(shop.live())).host])
    expect(await page.textContent('#place')).toBe('Оформить заказ')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  }, 300_000)
})
