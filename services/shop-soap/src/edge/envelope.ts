import {
  attributeOf,
  type Envelope,
  envelopes,
  openEnvelope,
  parseXml,
  type SoapVersion,
  type XmlElement,
  XmlError,
} from '@polyservice-lab/contracts/shop/soap'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { isCredential } from './credentials.ts'
import { EnvelopeFault } from './errors.ts'

/** The attribute that addresses a header block, and the nodes that this service is (SOAP 1.2 part 1, 2.2; 1.1, 4.2.2). */
const roles = {
  '1.2': {
    attribute: 'role',
    ours: ['next', 'ultimateReceiver'].map((role) => `${envelopes['1.2'].namespace}/role/${role}`),
  },
  '1.1': { attribute: 'actor', ours: ['http://schemas.xmlsoap.org/soap/actor/next'] },
} as const satisfies Record<SoapVersion, unknown>

/**
 * Reads an envelope.
 * @throws AppError invalid_argument for what is none; EnvelopeFault for one of another version
 */
export function readEnvelope(text: string, depthMax: number): Envelope {
  const envelope = openEnvelope(parse(text, depthMax))
  if (envelope === undefined) throw new AppError('invalid_argument', 'the document is no SOAP envelope')
  if (envelope === 'other')
    throw new EnvelopeFault('VersionMismatch', 'the envelope is neither of SOAP 1.2 nor of SOAP 1.1')
  return envelope
}

function parse(text: string, depthMax: number): XmlElement {
  try {
    return parseXml(text, depthMax)
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause
    throw new AppError('invalid_argument', cause.message, { cause })
  }
}

/**
 * The header blocks that hold credentials for this node.
 * @throws EnvelopeFault for another block that has to be understood
 */
export function credentialsIn({ version, headers }: Envelope): readonly XmlElement[] {
  const ours = headers.filter((block) => isForUs(version, block))
  const notUnderstood = ours.filter((block) => !isCredential(block) && mustBeUnderstood(version, block))
  if (notUnderstood.length > 0)
    throw new EnvelopeFault('MustUnderstand', 'a header block is not understood', notUnderstood)
  return ours.filter(isCredential)
}

function isForUs(version: SoapVersion, block: XmlElement): boolean {
  const { attribute, ours } = roles[version]
  const role = attributeOf(block, envelopes[version].namespace, attribute)?.trim() ?? ''
  return role === '' || (ours as readonly string[]).includes(role)
}

function mustBeUnderstood(version: SoapVersion, block: XmlElement): boolean {
  const value = attributeOf(block, envelopes[version].namespace, 'mustUnderstand')?.trim()
  return value === '1' || value === 'true'
}

/** @throws AppError invalid_argument where the body does not hold one element */
export function onlyElementOf({ body: [element, another] }: Envelope): XmlElement {
  if (element === undefined || another !== undefined)
    throw new AppError('invalid_argument', 'the body does not hold one element')
  return element
}
