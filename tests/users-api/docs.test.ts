import { existsSync } from 'node:fs'
import { createApiClient } from '@polyservice-lab/clients'
import { schemas } from '@polyservice-lab/contracts/users-api'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createPerson } from './support/people.ts'

const lab = useLab(['users-api'])
const browser = '/usr/bin/chromium'

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly security: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<
    Record<string, { readonly content: { readonly 'application/json': { readonly schema: Schema } } }>
  >
}

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly examples?: readonly unknown[]
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

async function document(): Promise<Document> {
  const api = createApiClient(await lab.service('users-api').address())
  return (await api.get('/openapi.json')).body as Document
}

/** The value that the examples of a schema make. */
function exampleOf(schema: Schema, models: Readonly<Record<string, Schema>>): unknown {
  const { $ref, const: constant, properties, items, anyOf, examples } = schema
  if ($ref !== undefined) return exampleOf(models[$ref.split('/').at(-1) ?? ''] ?? {}, models)
  if (constant !== undefined) return constant
  if (examples !== undefined) return examples[0]
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], models)
  if (items !== undefined) return [exampleOf(items, models)]
  const entries = Object.entries(properties ?? {})
  return Object.fromEntries(entries.map(([name, property]) => [name, exampleOf(property, models)]))
}

test('describes every operation once, with its parameters and failures', async () => {
  const { openapi, paths } = await document()
  expect(openapi).toMatch(/^3\.1\./)
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, ...operation })),
  )
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(21)
  for (const { path, tags, summary, security, parameters = [], responses } of operations) {
    expect(tags).toHaveLength(1)
    expect(summary).not.toBe('')
    expect(Object.keys(responses)).toContain('200')
    if (security.length > 0) expect(Object.keys(responses)).toContain('401')
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
    expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath)
  }
})

test('refers only to schemas that it has', async () => {
  const whole = await document()
  const text = JSON.stringify(whole)
  for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = path
      .split('/')
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], whole)
    expect(found, path).toBeDefined()
  }
})

test('names every model, and gives each an example that the contract takes', async () => {
  const { paths, components } = await document()
  const names = ['User', 'File', 'Course', 'Exercise', 'Tokens', 'Failure', 'Fault', 'Faults']
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(names))
  for (const [name, schema] of Object.entries(components.schemas))
    expect(
      schemas[name as keyof typeof schemas].safeParse(exampleOf(schema, components.schemas)).error,
      name,
    ).toBeUndefined()
  for (const { responses } of Object.values(paths).flatMap((item) => Object.values(item)))
    for (const [status, { content }] of Object.entries(responses)) {
      const { schema } = content['application/json']
      expect(schema, status).toEqual(schema.type === 'null' ? { type: 'null' } : { $ref: expect.any(String) })
    }
})

test('says of every operation that it may fail, be overloaded, or find no room', async () => {
  const { paths } = await document()
  for (const [path, item] of Object.entries(paths))
    for (const [method, { responses, requestBody }] of Object.entries(item)) {
      const operation = `${method} ${path}`
      const all = ['500', '503', ...(requestBody === undefined ? [] : ['400', '408', '413', '422'])]
      expect(Object.keys(responses), operation).toEqual(expect.arrayContaining(all))
      const writes = method !== 'get' && !path.includes('/authentication/')
      expect('507' in responses, operation).toBe(writes)
    }
})

test('says on its first page where to go on', async () => {
  const api = createApiClient(await lab.service('users-api').address())
  const { bytes, headers } = await api.get('/')
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(Buffer.from(bytes).toString()).toContain('href="/docs"')
})

test.runIf(existsSync(browser))('lets a person log in and try a route in Chromium', async () => {
  const { host, port } = await lab.service('users-api').address()
  const { fields } = await createPerson(lab.service('users-api'))
  const chromiumArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  const opened = await chromium.launch({ executablePath: browser, args: [...chromiumArgs, ...quiet] })
  try {
    const page = await opened.newPage()
    const faults: string[] = []
    const foreign: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => {
      const { protocol, host: asked } = new URL(request.url())
      if (protocol.startsWith('http') && asked !== `${host}:${port}`) foreign.push(request.url())
    })
    await page.goto(`http://${host}:${port}/docs`)
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    const form = page.locator('.auth-container', { hasText: 'Logs in with email' })
    await form.getByLabel('username:').fill(fields.email)
    await form.getByLabel('password:').fill(fields.password)
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
    await form.getByRole('button', { name: 'Remove authorization' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).last().click()
    const operation = page.locator('#operations-users-getMe')
    await operation.click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table')
    await answer.getByText(fields.email).waitFor()
    expect(await answer.textContent()).toContain('200')
    expect({ faults, foreign }).toEqual({ faults: [], foreign: [] })
  } finally {
    await opened.close()
  }
})
