import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { call, envelope, getUser, operation, post, shop, soap11, soap12 } from './support/envelopes.ts'

const lab = useLab(['shop-soap'])
const service = () => lab.service('shop-soap')
const address = () => service().address()

const soap12Type = 'application/soap+xml; charset=utf-8'
const soap11Type = 'text/xml; charset=utf-8'

describe('the version', () => {
  test.each(['/', '/soap'])('is that of the envelope, whatever type carries it, at %s', async (path) => {
    for (const contentType of [
      'text/xml',
      'application/soap+xml',
      'application/xml',
      'Text/XML; charset="UTF-8"',
    ])
      for (const [namespace, type] of [
        [soap12, soap12Type],
        [soap11, soap11Type],
      ] as const) {
        const { status, headers, text } = await post(address(), envelope(getUser(), { namespace }), {
          path,
          contentType,
        })
        expect([status, headers.get('content-type')]).toEqual([200, type])
        expect(text).toContain(`xmlns:soap="${namespace}"`)
      }
  })

  test.each([
    ['application/soap+xml', 400, 'Sender', soap12Type],
    ['text/xml', 500, 'Client', soap11Type],
    ['application/xml', 500, 'Client', soap11Type],
  ])('of what is no envelope is that of %s', async (contentType, status, faultCode, type) => {
    for (const document of [
      '',
      'x',
      '<a>',
      '<a/>',
      '<a/><b/>',
      '<Envelope/>x',
      '<!DOCTYPE Envelope><a/>',
      envelope('').slice(1),
    ]) {
      const answer = await post(address(), document, { contentType })
      expect([
        document,
        answer.status,
        answer.faultCode,
        answer.code,
        answer.headers.get('content-type'),
      ]).toEqual([document, status, faultCode, 'invalid_argument', type])
    }
  })

  test.each([
    ['application/soap+xml', soap12Type],
    ['text/xml', soap11Type],
  ])('of an envelope of another namespace is that of %s, with VersionMismatch', async (contentType, type) => {
    for (const document of [envelope(getUser(), { namespace: 'urn:x' }), '<Envelope><Body/></Envelope>']) {
      const { status, faultCode, code, headers, text } = await post(address(), document, { contentType })
      expect([status, faultCode, code, headers.get('content-type')]).toEqual([
        500,
        'VersionMismatch',
        undefined,
        type,
      ])
      const upgrade = [...text.matchAll(/<soap:SupportedEnvelope qname="n:Envelope" xmlns:n="([^"]*)"\/>/g)]
      expect(upgrade.map(([, namespace]) => namespace)).toEqual(
        contentType === 'text/xml' ? [] : [soap12, soap11],
      )
    }
  })
})

describe('mustUnderstand', () => {
  const block = (attributes: string) => `<t:T xmlns:t="urn:t" ${attributes}/>`
  const next12 = `${soap12}/role/next`
  const next11 = 'http://schemas.xmlsoap.org/soap/actor/next'

  test.each([
    [soap12, 'soap:mustUnderstand="true"'],
    [soap12, 'soap:mustUnderstand=" 1 "'],
    [soap12, `soap:mustUnderstand="1" soap:role="${next12}"`],
    [soap12, `soap:mustUnderstand="1" soap:role="${soap12}/role/ultimateReceiver"`],
    [soap12, 'soap:mustUnderstand="1" soap:role=""'],
    [soap11, 'soap:mustUnderstand="1"'],
    [soap11, 'soap:mustUnderstand="true"'],
    [soap11, `soap:mustUnderstand="1" soap:actor="${next11}"`],
  ])('%s %s is a fault, before credentials and body', async (namespace, attributes) => {
    const header = `<Authentication><username>x</username></Authentication>${block(attributes)}`
    const { status, faultCode, code, text } = await post(address(), envelope('', { header, namespace }))
    expect([status, faultCode, code]).toEqual([500, 'MustUnderstand', undefined])
    expect(text.includes('<soap:NotUnderstood qname="n:T" xmlns:n="urn:t"/>')).toBe(namespace === soap12)
  })

  test.each([
    [soap12, ''],
    [soap12, 'soap:mustUnderstand="0"'],
    [soap12, 'soap:mustUnderstand="false"'],
    [soap12, 'mustUnderstand="1"'],
    [soap12, `soap:mustUnderstand="1" soap:role="${soap12}/role/none"`],
    [soap12, 'soap:mustUnderstand="1" soap:role="urn:other"'],
    [soap11, 'soap:mustUnderstand="1" soap:actor="urn:other"'],
    [soap11, `soap:mustUnderstand="1" soap:actor="${next12}"`],
  ])('%s %s is not for this node', async (namespace, attributes) => {
    const { status } = await post(address(), envelope(getUser(), { header: block(attributes), namespace }))
    expect(status).toBe(200)
  })

  test('credentials are understood', async () => {
    const header = `<Authentication xmlns:s="${soap12}" s:mustUnderstand="true"><username>admin</username><password>password123</password></Authentication>`
    expect((await call(address(), 'GetUser', '<id>1</id>', { header })).status).toBe(200)
  })
})

describe('the body', () => {
  test.each([
    ['', 'invalid_argument'],
    [getUser() + getUser(), 'invalid_argument'],
    ['<GetUser><id>1</id></GetUser>', 'unimplemented'],
    ['<GetUser xmlns="urn:x"><id>1</id></GetUser>', 'unimplemented'],
    [operation('getUser', '<id>1</id>'), 'unimplemented'],
    [operation('GetUserResponse', ''), 'unimplemented'],
    [operation('constructor', ''), 'unimplemented'],
    [operation('__proto__', ''), 'unimplemented'],
    [operation('toString', ''), 'unimplemented'],
  ])('%j is %s', async (body, code) => {
    for (const [namespace, status] of [
      [soap12, 400],
      [soap11, 500],
    ] as const) {
      const answer = await post(address(), envelope(body, { namespace }))
      expect([answer.status, answer.code, answer.fields]).toEqual([status, code, []])
    }
  })

  test.each([
    ['<Envelope xmlns="NS"/>'],
    ['<Envelope xmlns="NS"><Header/></Envelope>'],
    ['<Envelope xmlns="NS"><Body/><Header/></Envelope>'],
    ['<Envelope xmlns="NS"><Header/><Header/><Body/></Envelope>'],
    ['<Envelope xmlns="NS"><Body/><Body/></Envelope>'],
    ['<Body xmlns="NS"/>'],
  ])('%s is no envelope', async (document) => {
    const { status, code } = await post(address(), document.replace('NS', soap12))
    expect([status, code]).toEqual([400, 'invalid_argument'])
  })

  test('SOAPAction and the action parameter are not looked at', async () => {
    const contentType = 'application/soap+xml; action="urn:x#DeleteUser"'
    const { status, text } = await post(address(), envelope(getUser()), {
      contentType,
      headers: { SOAPAction: '"DeleteUser"' },
    })
    expect([status, text.includes('<GetUserResponse')]).toEqual([200, true])
  })

  test('prefixes, comments, processing instructions, CDATA and references do not change it', async () => {
    const document = `<?xml version="1.0"?><!-- a --><?php b?>
      <e:Envelope xmlns:e="${soap12}" xmlns:x="${shop}"><e:Body><?c?>
        <x:GetUser ignored="1"><x:id>1<!-- d --><![CDATA[2]]>&#51;</x:id></x:GetUser>
      </e:Body></e:Envelope><!-- f -->`
    expect((await post(address(), document)).text).toContain('<name>John Doe</name>')
  })
})
