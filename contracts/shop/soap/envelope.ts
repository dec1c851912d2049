import type { XmlElement } from './xml.ts'

/** The envelope of each version: SOAP 1.2 part 1 section 5, and SOAP 1.1 section 4. */
export const envelopes = {
  '1.2': { namespace: 'http://www.w3.org/2003/05/soap-envelope', mediaType: 'application/soap+xml' },
  '1.1': { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', mediaType: 'text/xml' },
} as const

export type SoapVersion = keyof typeof envelopes

export interface Envelope {
  readonly version: SoapVersion
  readonly headers: readonly XmlElement[]
  readonly body: readonly XmlElement[]
}

/**
 * Takes an envelope apart.
 * @returns `other` for an Envelope of no namespace that is known; undefined for what is no envelope
 */
export function openEnvelope({ name, namespace, children }: XmlElement): Envelope | 'other' | undefined {
  if (name !== 'Envelope') return undefined
  const version = (Object.keys(envelopes) as SoapVersion[]).find(
    (one) => envelopes[one].namespace === namespace,
  )
  if (version === undefined) return 'other'
  const named = (element: XmlElement | undefined, part: string) =>
    element?.name === part && element.namespace === namespace
  const [first, ...others] = children
  const [body, ...more] = named(first, 'Header') ? others : children
  // SOAP 1.1, 4: elements of other namespaces may follow the body.
  const mayFollow = more.every((element) => version === '1.1' && element.namespace !== namespace)
  if (body === undefined || !named(body, 'Body') || !mayFollow) return undefined
  return { version, headers: named(first, 'Header') ? (first?.children ?? []) : [], body: body.children }
}

/** @param header blocks, written; none where it is empty */
export function writeEnvelope(version: SoapVersion, body: string, header = ''): string {
  const head = header === '' ? '' : `<soap:Header>${header}</soap:Header>\n`
  return `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="${envelopes[version].namespace}">
${head}<soap:Body>${body}</soap:Body>
</soap:Envelope>`
}

/** The type of an answer or a request with an envelope. */
export function contentTypeOf(version: SoapVersion): string {
  return `${envelopes[version].mediaType}; charset=utf-8`
}
