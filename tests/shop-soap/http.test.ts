import { beforeEach, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { envelope, getUser, operation, post } from './support/envelopes.ts'

const lab = useLab(['shop-soap'])
const service = () => lab.service('shop-soap')
const address = () => service().address()
const base = () => `http://${address().host}:${address().port}`

describe('HTTP', () => {
  test.each([['application/json'], ['multipart/related; type="text/xml"'], ['text/xml2'], ['']])(
    'the type %j is 415',
    async (contentType) => {
      const body = new TextEncoder().encode(envelope(getUser()))
      expect((await post(address(), body, { contentType })).status).toBe(415)
    },
  )

  test('a body with a content coding is 415', async () => {
    const headers = { 'Content-Encoding': 'gzip' }
    expect((await post(address(), envelope(getUser()), { headers })).status).toBe(415)
  })

  test('a body over the limit is 413', async () => {
    expect((await post(address(), ' '.repeat(1_048_577))).status).toBe(413)
  })

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is 405', async (method) => {
    for (const path of ['/', '/soap', '/soap?wsdl']) {
      const { status, headers } = await fetch(base() + path, { method })
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS, POST'])
    }
  })

  test.each(['/SOAP', '/soap/', '/wsdl', '/soap/x'])('%s is 404', async (path) => {
    expect((await fetch(base() + path)).status).toBe(404)
    expect((await post(address(), envelope(getUser()), { path })).status).toBe(404)
  })

  test('an answer keeps the id of its request', async () => {
    for (const id of [1, 7]) {
      const { headers } = await post(address(), envelope(getUser(id)), {
        headers: { 'X-Request-Id': `id-${id}` },
      })
      expect(headers.get('x-request-id')).toBe(`id-${id}`)
    }
  })
})

describe('encodings', () => {
  beforeEach(() => service().reset())
  const text = envelope(operation('CreateUser', '<name>Ёлка 🎄</name><email>e@example.com</email>'))
  const utf16le = new Uint8Array(Buffer.from(text, 'utf16le'))
  const utf16be = new Uint8Array(Buffer.from(text, 'utf16le').swap16())
  const withMark = (bytes: Uint8Array, ...mark: number[]) => new Uint8Array([...mark, ...bytes])

  test.each([
    ['UTF-8', new TextEncoder().encode(text), 'text/xml; charset=UTF-8'],
    ['UTF-8 with a mark', withMark(new TextEncoder().encode(text), 0xef, 0xbb, 0xbf), 'text/xml'],
    ['UTF-16 with a mark, little endian', withMark(utf16le, 0xff, 0xfe), 'application/soap+xml'],
    ['UTF-16 with a mark, big endian', withMark(utf16be, 0xfe, 0xff), 'text/xml; charset=utf-16'],
    ['UTF-16LE by its charset', utf16le, 'text/xml; charset=utf-16le'],
    ['UTF-16BE by its charset', utf16be, 'text/xml; charset="UTF-16BE"'],
    ['UTF-16 without a mark, little endian', utf16le, 'text/xml; charset=utf-16'],
    ['UTF-16 without a mark, big endian', utf16be, 'text/xml; charset=utf-16'],
    ['a mark that is not of the charset', withMark(utf16le, 0xff, 0xfe), 'text/xml; charset=utf-8'],
  ])('%s is read', async (_name, bytes, contentType) => {
    expect((await post(address(), bytes, { contentType })).text).toContain('<name>Ёлка 🎄</name>')
  })

  test.each([
    [
      'bytes that are not UTF-8',
      new Uint8Array([...Buffer.from('<a>'), 0xff, 0xfe, ...Buffer.from('</a>')]),
      'text/xml',
    ],
    [
      'bytes that are not UTF-16',
      new TextEncoder().encode(text.padEnd(text.length + 1)),
      'text/xml; charset=utf-16le',
    ],
    ['half of a pair', new Uint8Array([0xff, 0xfe, 0x3c, 0, 0, 0xd8]), 'text/xml'],
    ['a charset that is not read', new TextEncoder().encode(text), 'text/xml; charset=iso-8859-1'],
    ['a charset that is none', new TextEncoder().encode(text), 'text/xml; charset=x'],
    [
      'a declaration of what is not read',
      new TextEncoder().encode(`<?xml version="1.0" encoding="windows-1251"?>${text}`),
      'text/xml',
    ],
  ])('%s: a Fault', async (_name, bytes, contentType) => {
    const answer = await post(address(), bytes, { contentType })
    expect([answer.status, answer.faultCode, answer.code]).toEqual([500, 'Client', 'invalid_argument'])
  })
})

describe('the WSDL', () => {
  test.each(['/?wsdl', '/soap?wsdl', '/?WSDL', '/soap?x=1&Wsdl=2'])(
    '%s has the address of the request',
    async (path) => {
      const response = await fetch(base() + path)
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/xml; charset=utf-8',
      ])
      const locations = Array.from((await response.text()).matchAll(/ location="([^"]*)"/g), ([, one]) => one)
      expect(locations).toEqual([`${base()}/soap`, `${base()}/soap`])
    },
  )

  test.each(['/', '/soap', '/?wsd'])('%s is the page', async (path) => {
    const response = await fetch(base() + path)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await response.text()).toMatch(/href="[^"]*\?wsdl"/)
  })
})
