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
  const lab = useLab(['shop-soap'], { AUTH: 'writes' })
  let browser: Browser
  let page: Page
  /** What the page complains of: scripts that fail, what its policy forbids. Chromium tells each status of a Fault too. */
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text())
    })
  })
  beforeEach(async () => {
    await lab.service('shop-soap').reset()
    await page.context().clearCookies()
    await page.setViewportSize({ width: 1280, height: 800 })
    await open()
  })
  afterEach(() => {
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
  })

  const open = async () => {
    const { host, port } = lab.service('shop-soap').address()
    await page.goto(`http://${host}:${port}/`)
  }
  const answer = async (status: number, part: string) => {
    await page
      .locator('#head')
      .filter({ hasText: `HTTP ${status}` })
      .waitFor()
    await page.locator('#answer').filter({ hasText: part }).waitFor()
    return (await page.locator('#answer').textContent()) ?? ''
  }
  const send = () => page.getByRole('button', { name: 'Send' }).click()

  test('shows an envelope, sends it and shows the answer, a line for each element', async () => {
    expect(await page.getByLabel('Envelope').inputValue()).toContain('<id>123</id>')
    await send()
    expect((await answer(200, 'John Doe')).split('\n').slice(1, 7)).toEqual([
      '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">',
      '  <soap:Body>',
      '    <GetUserResponse xmlns="http://example.com/user-service">',
      '      <User>',
      '        <id>123</id>',
      '        <name>John Doe</name>',
    ])
  })

  test('sends what is written there, by the keyboard, in the version that is chosen', async () => {
    await page.getByLabel('SOAP 1.1').check()
    const envelope = page.getByLabel('Envelope')
    await envelope.fill((await envelope.inputValue()).replace('123', 'abc'))
    await envelope.press('Control+Enter')
    const text = await answer(500, '<field>id</field>')
    expect(text).toContain('<faultcode>soap:Client</faultcode>')
  })

  test('every operation works as it stands, with credentials', async () => {
    const operations = page.getByLabel('Operation')
    const names = await operations.locator('option').allTextContents()
    expect(names.length).toBe(11)
    await page.getByLabel('with credentials').check()
    for (const name of names) {
      await operations.selectOption(name)
      await send()
      await answer(200, `<${name}Response`)
    }
  })

  test('a change without credentials shows the Fault', async () => {
    await page.getByLabel('Operation').selectOption('DeleteUser')
    await send()
    expect(await answer(400, '<code>unauthenticated</code>')).toContain(
      '<soap:Value>soap:Sender</soap:Value>',
    )
  })

  test('leads to the WSDL', async () => {
    const href = await page.getByRole('link', { name: 'WSDL' }).getAttribute('href')
    const response = await page.request.get(new URL(href ?? '', page.url()).href)
    expect(response.headers()['content-type']).toBe('text/xml; charset=utf-8')
  })

  test('speaks Russian, and says the last answer in it', async () => {
    await send()
    await answer(200, 'John Doe')
    await page.getByRole('button', { name: 'Русский' }).click()
    expect(await page.getByRole('button', { name: 'Отправить' }).isVisible()).toBe(true)
    expect(await page.locator('#head').textContent()).toMatch(/ мс$/)
  })

  test.each([390, 1280])('nothing is wider than a window of %i pixels, in both colours', async (width) => {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await open()
      await page.getByLabel('Operation').selectOption('ListUsers')
      await send()
      await answer(200, 'Alice')
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
  })
})
