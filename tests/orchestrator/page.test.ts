import { existsSync } from 'node:fs'
import {
  CardsContainer,
  CustomersContainer,
  OrchestratorContainer,
  OrdersContainer,
  PaymentsContainer,
  type SagaEngines,
  type StartedOrchestratorContainer,
  startSagaEngines,
  stopSagaEngines,
} from '@polyservice-lab/testcontainers'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from './support/free-port.ts'
import { Peers } from './support/peers.ts'

const executablePath = '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

describe.runIf(existsSync(executablePath))(
  'in Chromium (needs /usr/bin/chromium)',
  { timeout: 120_000 },
  () => {
    let engines: SagaEngines
    let orchestrator: StartedOrchestratorContainer
    let browser: Browser
    const resources = new AsyncDisposableStack()
    /** What pages complain of: scripts that fail, what the policy forbids. */
    const complaints: string[] = []
    let pages: Page[] = []

    beforeAll(async () => {
      engines = await startSagaEngines()
      resources.defer(() => stopSagaEngines(engines))
      // Page and orders name each other: the port of one is known before it starts.
      const ordersPort = await freePort()
      orchestrator = await new OrchestratorContainer()
        .withEngines(engines)
        .withEnvironment({ ORDERS_PORT: String(ordersPort) })
        .start()
      resources.defer(async () => void (await orchestrator.stop()))
      const orders = new OrdersContainer()
        .withExposedPorts({ container: 8010, host: ordersPort })
        .withEnvironment({ CORS_ORIGINS: origin() })
      const others = [orders, new CustomersContainer(), new PaymentsContainer(), new CardsContainer()]
      for (const container of others) {
        const started = await container.withEngines(engines).start()
        resources.defer(async () => void (await started.stop()))
      }
      browser = await chromium.launch({ executablePath, args })
      resources.defer(() => browser.close())
    }, 240_000)
    afterEach(async () => {
      expect(complaints).toEqual([])
      await Promise.all(pages.map((page) => page.context().close()))
      pages = []
    })
    afterAll(() => resources.disposeAsync())

    function origin(): string {
      const { host, port } = orchestrator.address()
      return `http://${host}:${port}`
    }

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ locale: 'en-US', ...options })
      const page = await context.newPage()
      pages.push(page)
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(origin())
      return page
    }

    async function placeOrder(page: Page, cardNumber: string): Promise<string> {
      await page.getByLabel('Card').selectOption(cardNumber)
      await page.getByRole('button', { name: 'Order' }).click()
      await page.getByText(/^Placed: /).waitFor({ timeout: 60_000 })
      return (await page.locator('#told').innerText()).slice('Placed: '.length)
    }

    test('an order with a good card completes, each step shown as it happens', async () => {
      const page = await open()
      const id = await placeOrder(page, '4242424242424242')
      const saga = page.locator(`[data-id="${id}"]`)
      await saga.getByText('completed').waitFor({ timeout: 60_000 })
      expect(await saga.locator('.steps li').allInnerTexts()).toEqual([
        expect.stringMatching(/^credit ok/),
        expect.stringMatching(/^payment ok/),
        expect.stringMatching(/^approve ok/),
        expect.stringMatching(/^settle ok/),
      ])
    })

    test('what is undone after a declined card is shown apart', async () => {
      const page = await open()
      const id = await placeOrder(page, '4000000000000002')
      const saga = page.locator(`[data-id="${id}"]`)
      await saga.getByText('compensated').waitFor({ timeout: 60_000 })
      expect(await saga.locator('.steps .refused').innerText()).toBe('payment refused: card_declined')
      expect(await saga.locator('.steps .undo').allInnerTexts()).toEqual([
        expect.stringMatching(/^release ok/),
        expect.stringMatching(/^reject ok/),
      ])
    })

    test('a dead letter is replayed by a button', async () => {
      await using peers = await Peers.connect(engines.rabbitmq.hostUrl(), [])
      const page = await open()
      const headers = { 'x-queue': 'orchestrator.inbox', 'x-tries': 1, 'x-error': '<b>no JSON</b>' }
      await peers.send('saga.dead', '', Buffer.from('no JSON'), headers)
      await page.getByText('<b>no JSON</b>').waitFor({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Replay' }).click()
      // It is no JSON still, and dies again as a new letter with an error of its own.
      await page.getByRole('cell', { name: 'no JSON', exact: true }).waitFor({ timeout: 60_000 })
      expect(await page.getByText('<b>no JSON</b>').count()).toBe(0)
    })

    test.each([
      ['a phone, dark, in Russian', { width: 390, height: 844 }, 'dark', 'ru-RU'],
      ['a desk, light, in English', { width: 1280, height: 800 }, 'light', 'en-US'],
    ] as const)('fits %s', async (name, viewport, colorScheme, locale) => {
      const page = await open({ viewport, colorScheme, locale })
      await page.locator('.saga').first().waitFor({ timeout: 60_000 })
      const isRussian = locale === 'ru-RU'
      expect(await page.locator('h1').innerText()).toBe(isRussian ? 'Сага заказа' : 'Order saga')
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(viewport.width)
      const folder = process.env['SCREENSHOTS']
      if (folder) await page.screenshot({ path: `${folder}/${name.slice(2, 7)}.png`, fullPage: true })
    })
  },
)
