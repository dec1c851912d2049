import { type DescMessage, fromBinary, toJsonString } from '@bufbuild/protobuf'
import { type Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { OnWire } from '../core/wire.ts'

/** Metadata whose values are secrets. */
const secretName = /authorization|token|cookie|password|secret|api-?key/

/** One line per header; bytes in base64, secrets masked. */
export function describeMetadata(metadata: Metadata): string {
  return Object.keys(metadata.getMap())
    .flatMap((name) => metadata.get(name).map((value) => `${name}: ${describeValue(name, value)}`))
    .join('\n')
}

function describeValue(name: string, value: string | Buffer): string {
  if (secretName.test(name)) return '***'
  return typeof value === 'string' ? value : value.toString('base64')
}

export function describeStatus({ code, details, metadata }: StatusObject): string {
  return [details === '' ? status[code] : `${status[code]}: ${details}`, describeMetadata(metadata)]
    .filter((line) => line !== '')
    .join('\n')
}

/** Tells of a message as JSON, with its bytes as they go behind the five bytes of length. */
export function tellMessage(
  onWire: OnWire | undefined,
  direction: 'sent' | 'received',
  schema: DescMessage,
  message: Buffer,
): void {
  if (onWire === undefined) return
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  const text = `${schema.typeName} ${toJsonString(schema, fromBinary(schema, message))}`
  onWire({ protocol: 'grpc', direction, text, bytes: frame })
}
