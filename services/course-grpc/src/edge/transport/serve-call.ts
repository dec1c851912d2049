import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Route } from './handlers.ts'
import type { ServerCall } from './server-call.ts'

/** Serves a call to its end; throws what its status is to tell. */
export async function serveCall(call: ServerCall, route: Route | undefined): Promise<void> {
  if (call.headers.fault !== undefined) throw call.headers.fault
  if (route === undefined) throw new AppError('unimplemented', 'there is no such method')
  const { input, output } = route
  switch (route.kind) {
    case 'unary':
      return call.sendOnly(encodeOnce(output, await route.handler(await call.receiveOne(input), call)))
    case 'client_streaming':
      return call.sendOnly(encode(output, await route.handler(call.receive(input), call)))
    case 'server_streaming':
      return sendAll(call, output, route.handler(await call.receiveOne(input), call))
    case 'bidi_streaming':
      return sendAll(call, output, route.handler(call.receive(input), call))
  }
}

/** Asks for the next message only when there is room for it. */
async function sendAll<D extends DescMessage>(
  call: ServerCall,
  schema: D,
  messages: AsyncIterable<MessageInitShape<D>>,
): Promise<void> {
  for await (const message of messages) await call.send(encode(schema, message))
  call.finish()
}

/** The bytes of answers that are frozen: such a one cannot change, and is given again and again. */
const encodings = new WeakMap<object, { readonly schema: DescMessage; readonly bytes: Uint8Array }>()

function encodeOnce<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Uint8Array {
  const known = encodings.get(message)
  if (known?.schema === schema) return known.bytes
  const bytes = encode(schema, message)
  if (Object.isFrozen(message)) encodings.set(message, { schema, bytes })
  return bytes
}

function encode<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Uint8Array {
  return toBinary(schema, create(schema, message))
}
