import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'

/** The path of a method in HTTP/2: `/package.Service/Method` ("gRPC over HTTP/2", Requests). */
export function methodPath({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`
}

/** The bytes of a message, which may be given as a plain object. */
export function encodeMessage<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Buffer {
  const bytes = toBinary(schema, create(schema, message))
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @throws Error where the bytes are no such message */
export function decodeMessage<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  return fromBinary(schema, bytes)
}
