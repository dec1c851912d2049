import { type DescMessage, fromBinary, toJsonString } from '@bufbuild/protobuf'
import { type Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { maskValue } from '../core/secrets.ts'
import type { Tell } from '../core/wire.ts'

/** Names and values; bytes in base64, secrets masked. */
export function maskMetadata(metadata: Metadata): (readonly [name: string, value: string])[] {
  return Object.keys(metadata.getMap()).flatMap((name) =>
    metadata
      .get(name)
      .map(
        (value) =>
          [name, maskValue(name, typeof value === 'string' ? value : value.toString('base64'))] as const,
      ),
  )
}

/** One line per header. */
export function describeMetadata(metadata: Metadata): string {
  return maskMetadata(metadata)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

export function describeStatus({ code, details, metadata }: StatusObject): string {
  return [details === '' ? status[code] : `${status[code]}: ${details}`, describeMetadata(metadata)]
    .filter((line) => line !== '')
    .join('\n')
}

/** Tells of a message as JSON, with its bytes as they go behind the five bytes of length. */
export function tellMessage(
  tell: Tell | undefined,
  direction: 'sent' | 'received',
  schema: DescMessage,
  message: Buffer,
): void {
  if (tell === undefined) return
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  const json = toJsonString(schema, fromBinary(schema, message))
  tell({ direction, text: `${schema.typeName} ${json}`, bytes: frame, message: json })
}
