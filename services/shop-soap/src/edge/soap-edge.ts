import { readFileSync } from 'node:fs'
import {
  contentTypeOf,
  type Envelope,
  envelopes,
  readFields,
  type SoapOperation,
  type SoapVersion,
  shopNamespace,
  soapOperations,
  writeEnvelope,
  writeFields,
  type XmlElement,
} from '@polyservice-lab/contracts/shop/soap'
import { AppError, ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import {
  bearerOf,
  createHttpApp,
  createHttpServer,
  createPage,
  HttpError,
  type HttpServer,
  originOf,
  readBody,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { Shop } from '@polyservice-lab/shop'
import { parse } from '@polyservice-lab/shop/json'
import type { Request, RequestHandler, Response } from 'express'
import type { Config } from '../config.ts'
import { HeaderCredentials } from './credentials.ts'
import { decodeXml } from './decode.ts'
import { credentialsIn, onlyElementOf, readEnvelope } from './envelope.ts'
import { toWire } from './errors.ts'
import { operationsOf } from './operations.ts'
import russian from './page-texts.json' with { type: 'json' }

const paths = ['/', '/soap']
const mediaTypes: readonly string[] = [
  ...Object.values(envelopes).map(({ mediaType }) => mediaType),
  'application/xml',
]

/** What is to be done for a request, and the version that it is answered in. */
interface Call {
  readonly version: SoapVersion
  readonly name: SoapOperation
  run(): Promise<Readonly<Record<string, unknown>>>
}

/** The HTTP server: envelopes by POST, the WSDL and a page by GET. */
export function createSoapEdge(shop: Shop, config: Config, deps: ServiceDeps, now: () => Date): HttpServer {
  const receiveBudget = new ReceiveBudget(config.receiveBytesMax)
  const operations = operationsOf(shop)
  const { username, password, soapPassword, bodyBytesMax, xmlDepthMax } = config
  const credentials = new HeaderCredentials(username, [soapPassword, password], now)

  async function receive(request: Request): Promise<Envelope> {
    const type = checkContentType(request)
    using share = receiveBudget.open()
    return readEnvelope(decodeXml(await readBody(request, bodyBytesMax, share), type), xmlDepthMax)
  }

  /** Nothing of the document outlives the making of a call. The order of checks is that of the contract. */
  async function callOf(request: Request, locals: Response['locals']): Promise<Call> {
    const envelope = await receive(request)
    const { version } = envelope
    locals['soapVersion'] = version
    const blocks = credentialsIn(envelope)
    const name = operationNamed(envelope.body[0])
    if (name !== undefined) locals['operation'] = name
    await authorize(request, blocks, name === undefined ? 'read' : operations[name].needs)
    const element = onlyElementOf(envelope)
    if (name === undefined) throw new AppError('unimplemented', 'there is no such operation')
    const { input: schema, run } = operations[name]
    const input = parse(schema, readFields(soapOperations[name].input, element))
    return { version, name, run: () => run(input) }
  }

  async function authorize(request: Request, blocks: readonly XmlElement[], needs: 'read' | 'write') {
    const token = bearerOf(request)
    if (token !== undefined) await shop.access.authorize(token, needs)
    const isKnown = credentials.check(blocks) || token !== undefined
    if (!isKnown) await shop.access.authorize(undefined, needs)
  }

  const call: RequestHandler = async (request, response) => {
    const { version, name, run } = await callOf(request, response.locals)
    const output = writeFields(soapOperations[name].output, await run())
    const body = `<${name}Response xmlns="${shopNamespace}">${output}</${name}Response>`
    const contentType = contentTypeOf(version)
    sendAnswer(response, { status: 200, contentType, body: writeEnvelope(version, body) })
  }

  const look = pageOrWsdl()
  const app = createHttpApp({
    endpoints: paths.flatMap((path) => [
      { method: 'POST', path, operation: 'call', handle: call },
      { method: 'GET', path, operation: 'page', handle: look },
    ]),
    toWire,
    keepsRequestIds: true,
    corsOrigins: [],
    discardBytesMax: bodyBytesMax,
    sendBytesMax: config.sendBytesMax,
    deps,
  })
  return createHttpServer(app, config, toWire, deps)
}

/** @throws HttpError 415 for what is no XML by its head */
function checkContentType({ headers }: Request): string {
  const type = headers['content-type'] ?? ''
  const mediaType = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const isPlain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity'
  if (!mediaTypes.includes(mediaType) || !isPlain)
    throw new HttpError(415, 'the media type of the body is not one of these', {
      Accept: mediaTypes.join(', '),
    })
  return type
}

function operationNamed(element: XmlElement | undefined): SoapOperation | undefined {
  const isOurs = element?.namespace === shopNamespace && Object.hasOwn(soapOperations, element.name)
  return isOurs ? (element.name as SoapOperation) : undefined
}

/** The WSDL, with the address by which it is asked for, where the query names it; else the page. */
function pageOrWsdl(): RequestHandler {
  const wsdl = readFileSync(new URL(import.meta.resolve('@polyservice-lab/contracts/shop/shop.wsdl')), 'utf8')
  const page = createPage({ html: readFileSync(new URL('page.html', import.meta.url), 'utf8'), russian })
  return (request, response) => {
    const isForWsdl = [...new URL(request.url, 'http://localhost').searchParams.keys()].some(
      (name) => name.toLowerCase() === 'wsdl',
    )
    if (!isForWsdl) return page(request, response)
    response.locals['operation'] = 'wsdl'
    const address = `${originOf(request) ?? 'http://localhost:8004'}/soap`
    const body = wsdl.replaceAll(/(<soap(?:12)?:address location=)"[^"]*"/g, `$1"${address}"`)
    sendAnswer(response, { status: 200, contentType: 'text/xml; charset=utf-8', body })
  }
}
