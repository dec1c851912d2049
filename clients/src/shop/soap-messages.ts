import {
  contentTypeOf,
  type Fields,
  openEnvelope,
  parseXml,
  readFields,
  type SoapOperation,
  type SoapVersion,
  shopFault,
  shopNamespace,
  soapOperations,
  writeEnvelope,
  writeFields,
  type XmlElement,
} from '@polyservice-lab/contracts/shop/soap'
import { codeOfHttpAnswer } from '../core/http-status.ts'
import { LabError } from '../core/lab-error.ts'
import type { ApiRequest } from '../rest/api-client.ts'
import type { ApiResponse } from '../rest/api-response.ts'

export interface SoapCredentials {
  readonly username: string
  readonly password: string
}

/** An answer has no deeper elements than an order with its items. */
const depthMax = 16
/** Characters that no document can hold (XML 1.0, 2.2). */
const notInXml = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const authentication: Fields = {
  username: { type: 'string', min: 1, max: 1 },
  password: { type: 'string', min: 1, max: 1 },
}

/**
 * The request of an operation.
 * @throws LabError invalid_argument for a text that XML cannot hold
 */
export function writeRequest(
  version: SoapVersion,
  name: SoapOperation,
  input: Readonly<Record<string, unknown>>,
  credentials?: SoapCredentials,
): ApiRequest {
  const violations = Object.entries(input)
    .filter(([, value]) => typeof value === 'string' && notInXml.test(value))
    .map(([field]) => ({ field, description: 'holds a character that XML cannot' }))
  if (violations.length > 0)
    throw new LabError('invalid_argument', 'the request cannot be sent', { violations })
  const header =
    credentials === undefined
      ? ''
      : elementOf('Authentication', writeFields(authentication, { ...credentials }))
  const body = writeEnvelope(version, elementOf(name, writeFields(soapOperations[name].input, input)), header)
  return { body, headers: { 'content-type': contentTypeOf(version) } }
}

const elementOf = (name: string, content: string) => `<${name} xmlns="${shopNamespace}">${content}</${name}>`

/**
 * The values of an answer, as its schema names them.
 * @throws LabError of a Fault; `protocol_error` for what is no answer of the operation
 */
export function readAnswer(response: ApiResponse, name: SoapOperation): Readonly<Record<string, unknown>> {
  const element = bodyOf(response)
  if (element?.name === 'Fault') throw failureOf(response, element)
  if (element?.namespace === shopNamespace && element.name === `${name}Response`)
    return readFields(soapOperations[name].output, element)
  const { status } = response
  const code = status === 200 ? 'protocol_error' : codeOfHttpAnswer(status)
  throw new LabError(code, `no envelope with an answer, status ${status}`, { status })
}

function bodyOf({ bytes }: ApiResponse): XmlElement | undefined {
  try {
    const envelope = openEnvelope(parseXml(new TextDecoder().decode(bytes), depthMax))
    return typeof envelope === 'object' ? envelope.body[0] : undefined
  } catch {
    return undefined
  }
}

interface ShopFault {
  readonly code?: string
  readonly reason?: string
  readonly message?: string
  readonly violation?: readonly { readonly field: string; readonly description: string }[]
}

function failureOf({ status, headers }: ApiResponse, fault: XmlElement): LabError {
  const detail = fault.children
    .flatMap(({ children }) => children)
    .find((element) => element.name === 'ShopFault' && element.namespace === shopNamespace)
  const told: ShopFault = detail === undefined ? {} : readFields(shopFault, detail)
  return new LabError(codeOfHttpAnswer(status, told), told.message ?? `a Fault, status ${status}`, {
    status,
    reason: told.reason,
    // The schema calls each of the items so; every style calls all of them `items`.
    violations: (told.violation ?? []).map((one) => ({
      ...one,
      field: one.field.replace(/^item\b/, 'items'),
    })),
    requestId: headers.get('x-request-id') ?? undefined,
    body: told,
  })
}
