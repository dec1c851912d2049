import type { WireEvent } from '@polyservice-lab/clients'
import { paint } from './paint.ts'

const linesMax = 6
const columnsMax = 108
const bytesMax = 32

/** Headers that are the same on every answer, or tell nothing about the protocol. */
const uninteresting =
  /^(connection|content-length|content-security-policy|cross-origin-[a-z-]+|date|keep-alive|origin-agent-cluster|referrer-policy|strict-transport-security|vary|x-[a-z-]+(?<!request-id)):/i

/** What went over the wire, in a few short lines. */
export function wireLines({ protocol, direction, text, bytes }: WireEvent): string[] {
  const arrow = direction === 'sent' ? '→' : '←'
  const lines = text.split(/\r?\n/).filter((line, i) => i === 0 || (line !== '' && !uninteresting.test(line)))
  const shown = lines.slice(0, linesMax).map((line, i) => `${i === 0 ? arrow : ' '} ${shorten(line)}`)
  if (lines.length > linesMax) shown.push(`  … ${lines.length - linesMax} more lines`)
  // A WebSocket message of text is its own dump.
  if (bytes !== undefined && protocol !== 'websocket') shown.push(paint.dim(`  ${hex(bytes)}`))
  return shown
}

function shorten(line: string): string {
  return line.length <= columnsMax ? line : `${line.slice(0, columnsMax - 1)}…`
}

function hex(bytes: Uint8Array): string {
  const pairs = Buffer.from(bytes.subarray(0, bytesMax)).toString('hex').match(/../g) ?? []
  const rest = bytes.length > bytesMax ? ` … ${bytes.length - bytesMax} more bytes` : ''
  return `${bytes.length} bytes: ${pairs.join(' ')}${rest}`
}
