import { connect } from 'node:net'
import { ShopSoapContainer } from '@polyservice-lab/testcontainers'
import fc from 'fast-check'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import {
  call,
  envelope,
  getUser,
  operation,
  post,
  type SoapAnswer,
  shop,
  soap11,
  soap12,
} from './support/envelopes.ts'

vi.setConfig({ testTimeout: 180_000 })

const mebibyte = 1_048_576
const lab = useLab(['shop-soap'])
const service = () => lab.service('shop-soap')
const address = () => service().address()

/** So many copies of a text as fill a body. */
const fill = (text: string, bytes = mebibyte - 1024) => text.repeat(Math.floor(bytes / text.length))
const numbered = (count: number, one: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join('')

const bomb = `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(100)}">${numbered(20, (i) => `<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`)}]>`

const hostile: readonly (readonly [name: string, document: string])[] = [
  ['an entity bomb', `${bomb}${envelope(getUser('&a19;'))}`],
  ['an external entity', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${envelope(getUser('&e;'))}`],
  ['an external DTD', `<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">${envelope(getUser())}`],
  ['a harmless DTD', `<!DOCTYPE Envelope>${envelope(getUser())}`],
  ['a DTD that does not end', `<!DOCTYPE x [${fill('<!ENTITY a "b">')}`],
  ['entities that are redefined', `<!DOCTYPE x [<!ENTITY lt "a">]>${envelope(getUser('&lt;'))}`],
  ['an entity of HTML', envelope(getUser('&nbsp;'))],
  ['10,000 nested elements', envelope(`${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`)],
  ['nested elements that do not end', fill('<a>')],
  ['one element deeper than the limit', envelope(`${'<a>'.repeat(63)}${'</a>'.repeat(63)}`)],
  ['many elements', envelope(operation('GetUser', fill('<x/>')))],
  ['many header blocks', envelope(getUser(), { header: fill('<a xmlns="b"/>') })],
  ['many attributes', envelope(`<a ${numbered(80_000, (i) => `a${i}="" `)}/>`)],
  ['many namespaces', envelope(`<a ${numbered(40_000, (i) => `xmlns:a${i}="u" `)}/>`)],
  ['a long name', envelope(`<${fill('x')}/>`)],
  ['a name that does not end', `<${fill('x')}`],
  ['a reference that does not end', `<a>&${fill('x')}`],
  ['NUL by a reference', envelope(getUser('&#0;'))],
  ['half of a pair by a reference', envelope(getUser('&#xD800;'))],
  ['two attributes of one name', envelope('<a b="" b=""/>')],
  ['a prefix that is not bound', envelope('<a:b/>')],
  ['an element that is not closed', envelope('<a>')],
]

describe('a document that is meant to harm', () => {
  test.each(hostile)('%s is a short Fault', async (_name, document) => {
    for (const contentType of ['application/soap+xml', 'text/xml']) {
      const answer = await post(address(), document, { contentType })
      expect([
        ['Sender', 'Client'].includes(answer.faultCode ?? ''),
        ['invalid_argument', 'unimplemented'].includes(answer.code ?? ''),
      ]).toEqual([true, true])
      expect(answer.text.length).toBeLessThan(2_000)
      expect(answer.text).not.toContain('root:')
    }
  })

  test('as many nested elements as the limit are read', async () => {
    const { code } = await post(address(), envelope(`${'<a>'.repeat(62)}${'</a>'.repeat(62)}`))
    expect(code).toBe('unimplemented')
  })

  test.each([
    [
      'unknown elements',
      operation(
        'GetUser',
        numbered(9_000, (i) => `<${'x'.repeat(50)}${i}/>`),
      ),
    ],
    ['an unknown element with a long name', operation('GetUser', `<${fill('x', 500_000)}/>`)],
    ['items', operation('PlaceOrder', fill('<item/>', 60_000))],
    [
      'wrong items',
      operation('PlaceOrder', '<item><productId>x</productId><quantity/><x/></item>'.repeat(50)),
    ],
    ['a long number', operation('GetUser', `<id>${fill('9')}</id>`)],
    ['a long text', operation('CreateUser', `<name>${fill('x')}</name><email>a@example.com</email>`)],
    [
      'a long email',
      operation('CreateUser', `<name>x</name><email>${fill('a.', 500_000)}@example.com</email>`),
    ],
    ['a long sort', operation('ListUsers', `<sort>${fill('name_asc,', 900_000)}</sort>`)],
    ['a long search', operation('ListUsers', `<q>${fill('%')}</q>`)],
    ['white space', operation('GetUser', `<id>${fill(' ')}x</id>`)],
  ])('many or long %s: a Fault that is bounded', async (_name, body) => {
    const answer = await post(address(), envelope(body))
    expect([answer.status, answer.code]).toEqual([400, 'invalid_argument'])
    expect(answer.text.length).toBeLessThan(20_000)
  })

  test('header blocks that are not understood are told by a few short names', async () => {
    const header = numbered(
      6_000,
      (i) => `<a:${'x'.repeat(i < 3 ? 9_000 : 10)} xmlns:a="urn:${i}" soap:mustUnderstand="1"/>`,
    )
    const answer = await post(address(), envelope(getUser(), { header }))
    expect(answer.faultCode).toBe('MustUnderstand')
    expect(answer.text.match(/<soap:NotUnderstood /g)).toHaveLength(5)
    expect(answer.text.length).toBeLessThan(2_000)
  })
})

describe('a crowd', () => {
  const impatient = useLab(['shop-soap'], { REQUEST_TIMEOUT_MS: '2000' })

  test('of clients with the largest documents of each kind is answered in 256 MiB', async () => {
    const small = await new ShopSoapContainer().withResourcesQuota({ memory: 0.25 }).start()
    onTestFinished(async () => {
      await small.stop()
    })
    const documents = hostile.map(([, document]) => document.padEnd(mebibyte, ' ').slice(0, mebibyte))
    let answers: SoapAnswer[] = []
    for (let round = 0; round < 2; round += 1)
      answers = answers.concat(
        await Promise.all(documents.map((document) => post(small.address(), document))),
      )
    expect(
      answers
        .map(({ code }) => code)
        .filter((code) => !['invalid_argument', 'unavailable', 'unimplemented'].includes(code ?? '')),
    ).toEqual([])
    expect((await call(small.address(), 'GetUser', '<id>123</id>')).status).toBe(200)
    expect(await small.readLogs()).not.toMatch(/"level":"(error|fatal)"/)
  })

  test('of half-sent bodies is ended, and answered 408 in the form of SOAP', async () => {
    const { host, port } = impatient.service('shop-soap').address()
    const heard = Array.from({ length: 50 }, () => '')
    const sockets = heard.map((_text, i) => {
      const socket = connect(port, host)
      socket.on('data', (bytes) => {
        heard[i] += bytes.toString()
      })
      socket.on('error', () => {})
      socket.write(
        'POST /soap HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<soap:Envelope',
      )
      return socket
    })
    await until(
      () => heard.every((text) => text.startsWith('HTTP/1.1 408') && text.includes('</soap:Envelope>')),
      'all are told',
    )
    for (const socket of sockets) socket.destroy()
    expect((await call({ host, port }, 'GetUser', '<id>123</id>')).status).toBe(200)
  })
})

describe('whatever is sent', () => {
  const name = fc.constantFrom(
    'id',
    'name',
    'email',
    'role',
    'view',
    'item',
    'productId',
    'quantity',
    'q',
    'sort',
    'page',
    'limit',
    'GetUser',
    'x',
  )
  const namespace = fc.constantFrom(shop, soap12, soap11, '', 'urn:x')
  const value = fc.oneof(
    fc.constantFrom('1', '123', '-1', '1e9', '9007199254740993', 'true', 'admin', 'full', 'name_asc'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const written = (text: string) => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`)
  const { element } = fc.letrec<{ element: string }>((tie) => ({
    element: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(name, value).map(([tag, text]) => `<${tag}>${written(text)}</${tag}>`),
      fc
        .tuple(name, namespace, fc.array(tie('element'), { maxLength: 4 }))
        .map(([tag, of, children]) => `<${tag} xmlns="${of}">${children.join('')}</${tag}>`),
    ),
  }))
  const operationName = fc.constantFrom(
    'GetUser',
    'ListUsers',
    'CreateUser',
    'UpdateUser',
    'DeleteUser',
    'ListProducts',
    'PlaceOrder',
    'ListOrders',
    'CancelOrder',
    'x',
  )
  const body = fc
    .tuple(operationName, fc.array(element, { maxLength: 5 }))
    .map(([tag, parts]) => operation(tag, parts.join('')))
  const document = fc
    .tuple(body, fc.constantFrom(soap12, soap11, 'urn:x'), fc.array(element, { maxLength: 2 }))
    .map(([content, of, blocks]) => envelope(content, { namespace: of, header: blocks.join('') }))
  const broken = fc
    .tuple(document, fc.nat(400), fc.nat(5), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([text, at, length, put]) => text.slice(0, at) + put + text.slice(at + length))
  const bytes = fc.oneof(document, broken).map((text) => new TextEncoder().encode(text))
  const anything = fc.oneof(
    { weight: 8, arbitrary: bytes },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((some) => new Uint8Array(some)) },
  )
  const contentType = fc.constantFrom(
    'text/xml',
    'application/soap+xml',
    'application/xml; charset=utf-16',
    'text/xml; charset=x',
  )

  beforeAll(() => service().reset())

  test('the answer is an envelope, and no fault of the server', async () => {
    await fc.assert(
      fc.asyncProperty(anything, contentType, async (sent, type) => {
        const answer = await post(address(), sent, { contentType: type })
        expect(answer.text).toMatch(
          /^<\?xml version="1.0" encoding="UTF-8"\?>\n<soap:Envelope .*<\/soap:Envelope>$/s,
        )
        expect([200, 400, 500]).toContain(answer.status)
        expect([undefined, 'Sender', 'Client', 'VersionMismatch', 'MustUnderstand']).toContain(
          answer.faultCode,
        )
        expect(answer.faultCode === undefined).toBe(answer.status === 200)
      }),
      { numRuns: 300 },
    )
    expect(await service().readLogs()).not.toMatch(/"level":"(error|fatal)"/)
  })
})
