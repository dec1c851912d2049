import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import {
  contentTypeOf,
  envelopes,
  escapeXml,
  type SoapVersion,
  shopFault,
  shopNamespace,
  writeEnvelope,
  writeFields,
  type XmlElement,
} from '@polyservice-lab/contracts/shop/soap'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { type HttpAnswer, HttpError } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'

/** Who has to change something: the sender of the request, or its receiver. */
const sides = {
  invalid_argument: 'sender',
  unauthenticated: 'sender',
  permission_denied: 'sender',
  not_found: 'sender',
  already_exists: 'sender',
  failed_precondition: 'sender',
  out_of_range: 'sender',
  resource_exhausted: 'sender',
  unimplemented: 'sender',
  insufficient_storage: 'receiver',
  cancelled: 'receiver',
  deadline_exceeded: 'receiver',
  unavailable: 'receiver',
  internal: 'receiver',
} as const satisfies Record<ErrorCode, 'sender' | 'receiver'>

/** The codes of a Fault, and their statuses: SOAP 1.2 part 2, 7.5.2.2, and SOAP 1.1, 6.2. */
const faults = {
  '1.2': { sender: ['Sender', 400], receiver: ['Receiver', 500] },
  '1.1': { sender: ['Client', 500], receiver: ['Server', 500] },
} as const satisfies Record<SoapVersion, unknown>

const namesMax = 5
const nameLengthMax = 100
const internal = new AppError('internal', 'internal error')

/** A Fault that SOAP itself names: the envelope cannot be taken, whatever it holds. */
export class EnvelopeFault extends AppError {
  readonly faultCode: 'VersionMismatch' | 'MustUnderstand'
  readonly notUnderstood: readonly XmlElement[]

  constructor(
    faultCode: EnvelopeFault['faultCode'],
    message: string,
    notUnderstood: EnvelopeFault['notUnderstood'] = [],
  ) {
    super('unimplemented', message)
    this.name = 'EnvelopeFault'
    this.faultCode = faultCode
    this.notUnderstood = notUnderstood
  }
}

/** The Fault that tells of an error, in the version of the request; of an unknown error it shows nothing. */
export function toWire(thrown: unknown, request?: Request): HttpAnswer {
  const error = thrown instanceof AppError && thrown.code !== 'internal' ? thrown : internal
  const version = request === undefined ? '1.1' : answerVersion(request)
  const [code, statusOfCode] = faults[version][sides[error.code]]
  const isEnvelopeFault = error instanceof EnvelopeFault
  const fault = isEnvelopeFault ? error.faultCode : code
  const status = error instanceof HttpError ? error.status : isEnvelopeFault ? 500 : statusOfCode
  const detail = isEnvelopeFault ? '' : detailOf(error)
  const header = isEnvelopeFault && version === '1.2' ? headerOf(error) : ''
  return {
    status,
    headers: error instanceof HttpError ? error.headers : {},
    contentType: contentTypeOf(version),
    body: writeEnvelope(version, writeFault[version](fault, escapeXml(error.message), detail), header),
  }
}

/** The version of the request, or where that is not known, the one that its type belongs to. */
function answerVersion({ res, headers }: Request): SoapVersion {
  const known = res?.locals['soapVersion'] as SoapVersion | undefined
  const type = headers['content-type']?.toLowerCase() ?? ''
  return known ?? (type.startsWith(envelopes['1.2'].mediaType) ? '1.2' : '1.1')
}

const writeFault = {
  '1.2': (code: string, text: string, detail: string) =>
    `<soap:Fault><soap:Code><soap:Value>soap:${code}</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">${text}</soap:Text></soap:Reason>${detail && `<soap:Detail>${detail}</soap:Detail>`}</soap:Fault>`,
  '1.1': (code: string, text: string, detail: string) =>
    `<soap:Fault><faultcode>soap:${code}</faultcode><faultstring>${text}</faultstring>${detail && `<detail>${detail}</detail>`}</soap:Fault>`,
}

function detailOf({ code, message, details: { reason, violations } }: AppError): string {
  const fields = writeFields(shopFault, { code, reason, message, violation: violations })
  return `<ShopFault xmlns="${shopNamespace}">${fields}</ShopFault>`
}

/** What is taken, or what was not understood: SOAP 1.2 part 1, 5.4.7 and 5.4.8. */
function headerOf({ faultCode, notUnderstood }: EnvelopeFault): string {
  if (faultCode === 'MustUnderstand')
    return notUnderstood
      .slice(0, namesMax)
      .map(({ name, namespace }) => `<soap:NotUnderstood ${qname(namespace, name)}/>`)
      .join('')
  const supported = Object.values(envelopes)
    .map(({ namespace }) => `<soap:SupportedEnvelope ${qname(namespace, 'Envelope')}/>`)
    .join('')
  return `<soap:Upgrade>${supported}</soap:Upgrade>`
}

/** A qualified name as the value of an attribute, with the namespace that its prefix stands for. */
function qname(namespace: string, name: string): string {
  const local = name.slice(0, nameLengthMax).toWellFormed()
  if (namespace === '') return `qname="${local}"`
  return `qname="n:${local}" xmlns:n="${escapeXml(namespace.slice(0, nameLengthMax).toWellFormed())}"`
}
