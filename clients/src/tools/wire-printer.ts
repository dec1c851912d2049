/**
 * What goes over the wire, in the form that people know.
 * @module @polyservice-lab/clients/wire
 */

import type { OnWire, WireCall, WireEvent, WireRequest } from '../core/wire.ts'
import { hexDump } from './hex-dump.ts'
import { quote, quoteBody, quoteHeader } from './shell.ts'

/** Characters of a text that its dump repeats. */
const textMax = 200

/**
 * Makes an `onWire` that writes what goes over the wire in the form that people know: a REST call as a curl command, a
 * gRPC call, when it has ended, as a grpcurl command, and what TCP and WebSocket carry as a dump in hex and text.
 * Answers and retries are comments. A secret is a variable of the shell: `ACCESS_TOKEN=… PASSWORD=…` and the command
 * runs as it is. A form reads its file from the working directory.
 * @param write takes lines that end with a line break
 * @example
 * await using lab = createLab({ onWire: createWirePrinter((text) => process.stderr.write(text)) })
 */
export function createWirePrinter(write: (text: string) => void): OnWire {
  const calls = new Map<number, { readonly call: WireCall; readonly messages: string[] }>()
  const comment = (text: string) => write(`${text.replace(/^/gm, '# ')}\n`)

  function printHttp({ request, text }: WireEvent): void {
    if (request) write(`${toCurl(request)}\n`)
    else comment(text.split('\n', 1)[0] ?? '')
  }

  function printGrpc({ exchange, direction, call, message, text, status }: WireEvent): void {
    if (call) calls.set(exchange, { call, messages: [] })
    const begun = calls.get(exchange)
    if (direction === 'sent' && message !== undefined) begun?.messages.push(message)
    if (status === undefined || !begun) return
    calls.delete(exchange)
    write(`${toGrpcurl(begun.call, begun.messages)}\n`)
    comment(text.split('\n', 1)[0] ?? '')
  }

  return (event) => {
    const { protocol, direction, exchange, text, bytes } = event
    if (direction === 'local') comment(text)
    else if (protocol === 'http') printHttp(event)
    else if (protocol === 'grpc') printGrpc(event)
    else {
      const arrow = direction === 'sent' ? '→' : '←'
      comment(`${protocol} ${exchange} ${arrow} ${text.slice(0, textMax)}`)
      if (bytes) write(`${hexDump(bytes)}\n`)
    }
  }
}

/** A request as a curl command for a POSIX shell. */
export function toCurl({ method, url, headers, body }: WireRequest): string {
  const words = ['curl', '-sS', '--globoff', ...methodWords(method, body !== undefined), quote(url)]
  for (const [name, value] of headers) words.push('-H', quoteHeader(name, value))
  if (body instanceof Uint8Array) return `printf ${quote(octal(body))} | ${words.join(' ')} --data-binary @-`
  if (typeof body === 'string') words.push('--data-raw', quoteBody(body))
  else
    for (const part of body ?? [])
      if ('value' in part) words.push('--form-string', quote(`${part.name}=${part.value}`))
      else words.push('-F', quote(`${part.name}=@"${part.filename.replaceAll(/["\\]/g, '\\$&')}"`))
  return words.join(' ')
}

/** A call with the messages that were sent, as JSON, as a grpcurl command for a POSIX shell. */
export function toGrpcurl({ address, method, tls, metadata }: WireCall, messages: readonly string[]): string {
  const words = ['grpcurl', ...(tls ? [] : ['-plaintext'])]
  for (const [name, value] of metadata) words.push('-H', quoteHeader(name, value))
  if (messages.length > 0) words.push('-d', quote(messages.join('\n')))
  return [...words, quote(address), quote(method)].join(' ')
}

function methodWords(method: string, hasBody: boolean): string[] {
  if (method === 'HEAD') return ['--head']
  return method === (hasBody ? 'POST' : 'GET') ? [] : ['-X', quote(method)]
}

/** Bytes as the format of printf (POSIX). */
function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
