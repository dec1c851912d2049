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

  const untilLive = (page: Page) =>
    page.waitForFunction(() => document.querySelectorAll('[data-state=live]').length === 4)

  /** The numbers of the events in the strips, by means. */
  const strips = (page: Page) =>
    page.evaluate(() =>
      ['polling', 'long-polling', 'sse', 'websocket'].map((id) =>
        Array.from(document.querySelectorAll(`#${id} .strip b`), ({ textContent }) => Number(textContent)),
      ),
    )
  const untilAllHave = (page: Page, count: number) =>
    page.waitForFunction(
      (wanted) =>
        Array.from(document.querySelectorAll('[data-of=events]')).every(
          ({ textContent }) => Number(textContent) >= wanted,
        ),
      count,
    )

  test('shows an order by all four means, and after a restart of shop-live nothing is lost or doubled', async () => {
    const page = await open()
    await shop.placeOrders(1)
    await untilAllHave(page, 1)
    expect(await strips(page)).toEqual([[1], [1], [1], [1]])
    const restarted = shop.live().restart({ timeout: 10_000 })
    await shop.placeOrders(2)
    await restarted
    await untilAllHave(page, 3)
    await shop.placeOrders(1)
    await untilAllHave(page, 4)
    const events = await page.evaluate(() =>
      Array.from(document.querySelectorAll('[data-of=events]'), ({ textContent }) => textContent),
    )
    expect(events).toEqual(['4', '4', '4', '4'])
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
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  }, 300_000)
})
