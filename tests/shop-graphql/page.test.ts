import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'

const executablePath = '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']

const lab = useLab(['shop-graphql'])

describe.runIf(existsSync(executablePath))(
  'GraphiQL in Chromium (needs /usr/bin/chromium)',
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let page: Page
    const requests: string[] = []
    const complaints: string[] = []

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args })
    })
    beforeEach(async () => {
      await lab.service('shop-graphql').reset()
      page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
      page.on('request', (request) => requests.push(request.url()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      await page.goto(`${origin()}/graphql`)
      await page.locator('.graphiql-query-editor .CodeMirror').waitFor()
    })
    afterEach(async () => {
      await page.context().close()
      expect(complaints).toEqual([])
    })
    afterAll(() => browser?.close())

    function origin(): string {
      const { host, port } = lab.service('shop-graphql').address()
      return `http://${host}:${port}`
    }
    const response = () => page.locator('.graphiql-response')
    const execute = () => page.locator('.graphiql-execute-button').click()
    async function openTab(name: string): Promise<void> {
      await page.getByRole('tab', { name }).click()
    }

    test('loads nothing from another server, and shows its schema', async () => {
      await page.getByRole('button', { name: /Documentation Explorer/ }).click()
      await page.locator('.graphiql-doc-explorer').getByText('Subscription').first().waitFor()
      expect(requests.filter((url) => !url.startsWith(origin()) && !url.startsWith('data:'))).toEqual([])
    })

    test('runs the examples of its tabs', async () => {
      await execute()
      await response().getByText('"John Doe"').waitFor()
      await openTab('PlaceOrder')
      await execute()
      await response().getByText('"placed"').waitFor()
    })

    test('shows each event of a subscription as it comes', async () => {
      await openTab('Feed')
      await execute()
      await lab.service('shop-graphql').reset()
      const { host, port } = lab.service('shop-graphql').address()
      const query = 'mutation { updateUser(id: 1, name: "Alicia") { user { id } } }'
      await fetch(`http://${host}:${port}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      await response().getByText('"Alicia"').waitFor()
    })

    test('is read at 390 px, in the dark, without a scroll to the side', async () => {
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.setViewportSize({ width: 390, height: 800 })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(390)
    })
  },
)
