import type { Address } from '../../support/lab.ts'

/** The namespaces of the wire, written here once more: a test that took them from the server would see no typing error. */
export const soap12 = 'http://www.w3.org/2003/05/soap-envelope'
export const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/'
export const shop = 'http://example.com/user-service'

export interface SoapAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The code of a Fault, without its prefix. */
  readonly faultCode: string | undefined
  /** The `code` of the ShopFault in it. */
  readonly code: string | undefined
  readonly reason: string | undefined
  /** The fields of its violations. */
  readonly fields: readonly string[]
}

export interface Sent {
  readonly path?: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An envelope; of SOAP 1.2 where no namespace is given. @param header blocks, where there are any */
export function envelope(body: string, { header = '', namespace = soap12 } = {}): string {
  const head = header === '' ? '' : `<soap:Header>${header}</soap:Header>`
  return `<soap:Envelope xmlns:soap="${namespace}">${head}<soap:Body>${body}</soap:Body></soap:Envelope>`
}

/** The element of an operation. @param content its elements, as they are */
export function operation(name: string, content: string): string {
  return `<${name} xmlns="${shop}">${content}</${name}>`
}

export const getUser = (id: string | number = 123) => operation('GetUser', `<id>${id}</id>`)

/** Sends a document, and takes the answer apart. */
export async function post(
  { host, port }: Address,
  document: string | Uint8Array<ArrayBuffer>,
  { path = '/soap', contentType = 'application/soap+xml', headers = {} }: Sent = {},
): Promise<SoapAnswer> {
  const response = await fetch(`http://${host}:${port}${path}`, {
    method: 'POST',
    headers: { ...(contentType === '' ? {} : { 'Content-Type': contentType }), ...headers },
    body: document,
  })
  const text = await response.text()
  const contentOf = (pattern: string) => new RegExp(`<${pattern}>([^<]*)</`).exec(text)?.[1]
  return {
    status: response.status,
    headers: response.headers,
    text,
    faultCode: contentOf('(?:soap:Value|faultcode)')?.replace(/^.*:/, ''),
    code: contentOf('code'),
    reason: contentOf('reason'),
    fields: Array.from(text.matchAll(/<field>([^<]*)<\/field>/g), ([, field = '']) => field),
  }
}

/** Sends the element of an operation in an envelope. */
export async function call(
  address: Address,
  name: string,
  content: string,
  { header = '', ...sent }: Sent & { readonly header?: string } = {},
): Promise<SoapAnswer> {
  return post(address, envelope(operation(name, content), { header }), sent)
}
