import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as soap from 'soap'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'
import { call, envelope, operation, post, soap11 } from './support/envelopes.ts'

const lab = useLab(['shop-soap'])
const address = () => lab.service('shop-soap').address()
const base = () => `http://${address().host}:${address().port}`

/** The Python of Debian has zeep from a package; another one may be first on the PATH. */
const python = '/usr/bin/python3'
const hasZeep = existsSync(python) && (await runToExit(python, ['-c', 'import zeep'])).code === 0
const zeep = hasZeep ? 'python3-zeep' : 'python3-zeep (skipped: not installed)'
const checks = ['address', 'users', 'orders', 'faults', 'security', 'header'].flatMap((check) => [
  `${check} Soap12`,
  `${check} Soap11`,
])

describe.runIf(hasZeep)(zeep, () => {
  let outcomes: ReadonlyMap<string, string> = new Map()
  beforeAll(async () => {
    await lab.service('shop-soap').reset()
    const client = resolve(import.meta.dirname, 'support/client.py')
    const { stdout } = await runToExit(python, [client, base(), ...checks])
    outcomes = new Map(stdout.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line]))
  })

  test.each(checks)('gets what the contract says: %s', (check) => {
    expect(outcomes.get(check)).toBe(`${check}: ok`)
  })
})

describe.each([
  ['Soap12', true],
  ['Soap11', false],
] as const)('the client of node-soap, by the binding %s', (port, forceSoap12Headers) => {
  let client: soap.Client
  const ask = (name: string, input: object) =>
    new Promise<Record<string, unknown>>((answered, failed) =>
      client['UserService'][port][name](input, (error: unknown, answer: Record<string, unknown>) =>
        error ? failed(error) : answered(answer),
      ),
    )
  beforeEach(async () => {
    await lab.service('shop-soap').reset()
    client = await soap.createClientAsync(`${base()}/soap?wsdl`, { forceSoap12Headers })
  })

  test('reads numbers, times and lists by the types of the WSDL', async () => {
    const { User } = await ask('GetUser', { id: 123, view: 'full' })
    expect(User).toMatchObject({ id: 123, name: 'John Doe', version: 1 })
    const { Order, total } = await ask('ListOrders', { userId: 1 })
    expect([Order, total]).toEqual([[expect.objectContaining({ id: 101, totalAmount: 125.5 })], 1])
    const item = [
      { productId: 301, quantity: 1 },
      { productId: 302, quantity: 3 },
    ]
    expect((await ask('PlaceOrder', { userId: 2, item }))['Order']).toMatchObject({ totalAmount: 126.5 })
  })

  test('is told a Fault with its detail', async () => {
    await expect(ask('CreateUser', { name: ' ', email: 'x' })).rejects.toMatchObject({
      message: expect.stringMatching(/the request is not valid.*"field":"name".*"field":"email"/),
      response: { status: port === 'Soap12' ? 400 : 500 },
    })
  })

  test('authenticates by WS-Security, and is refused with a wrong password', async () => {
    for (const passwordType of ['PasswordText', 'PasswordDigest']) {
      const options = { passwordType, hasTimeStamp: true, mustUnderstand: true }
      client.setSecurity(new soap.WSSecurity('admin', 'password123', options))
      expect(await ask('GetProduct', { id: 301 })).toMatchObject({ Product: { price: 50 } })
      client.setSecurity(new soap.WSSecurity('admin', 'x', options))
      await expect(ask('GetProduct', { id: 301 })).rejects.toThrow('unauthenticated')
    }
  })
})

const hasXmllint = (await runToExit('sh', ['-c', 'command -v xmllint'])).code === 0

describe.runIf(hasXmllint)('xmllint (needs libxml2-utils)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'shop-soap-'))
  const schema = join(directory, 'shop.xsd')
  afterAll(() => rmSync(directory, { recursive: true }))

  beforeAll(() => {
    const wsdl = readFileSync(join(repositoryRoot, 'contracts/shop/shop.wsdl'), 'utf8')
    const [text = ''] = /<xs:schema[\s\S]*<\/xs:schema>/.exec(wsdl) ?? []
    const prefixes = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:u="http://example.com/user-service"'
    writeFileSync(schema, text.replace('<xs:schema', `<xs:schema ${prefixes}`))
  })

  /** The verdict on the element in the body or in the detail of an answer. */
  async function verdictOn(answer: string, element: string): Promise<string> {
    const [content = ''] = new RegExp(`<${element} [\\s\\S]*</${element}>`).exec(answer) ?? []
    const { stderr } = await runToExit('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
      input: content,
    })
    return stderr
  }

  test('finds the WSDL well-formed', async () => {
    const wsdl = await (await fetch(`${base()}/?wsdl`)).text()
    expect(await runToExit('xmllint', ['--noout', '--nonet', '-'], { input: wsdl })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test.each([
    ['GetUser', '<id>1</id><view>full</view>'],
    ['GetUser', '<id>1</id>'],
    ['ListUsers', '<view>full</view>'],
    ['ListUsers', '<q>nobody</q>'],
    ['CreateUser', '<name>A &amp; &lt;B&gt;</name><email>a@example.com</email>'],
    ['UpdateUser', '<id>1</id><name>Ё</name><view>full</view>'],
    ['DeleteUser', '<id>124</id>'],
    ['GetProduct', '<id>308</id>'],
    ['ListProducts', ''],
    ['PlaceOrder', '<userId>1</userId><item><productId>309</productId><quantity>1000</quantity></item>'],
    ['GetOrder', '<id>101</id>'],
    ['ListOrders', '<limit>1</limit>'],
    ['CancelOrder', '<id>101</id>'],
  ])('finds the answer to %s %s valid by the schema in the WSDL', async (name, content) => {
    const { text } = await call(address(), name, content)
    expect(await verdictOn(text, `${name}Response`)).toBe('- validates\n')
  })

  test.each([
    ['GetUser', '<id>7</id>'],
    ['PlaceOrder', '<item/><x/>'],
    ['Nothing', ''],
  ])('finds the Fault of %s %s valid, in both versions', async (name, content) => {
    for (const options of [{}, { namespace: soap11 }]) {
      const { text } = await post(address(), envelope(operation(name, content), options))
      expect(await verdictOn(text, 'ShopFault')).toBe('- validates\n')
    }
  })
})
