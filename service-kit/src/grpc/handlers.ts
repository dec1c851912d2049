import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { sendUnaryData, UntypedHandleCall } from '@grpc/grpc-js'
import { encodeMessage, methodPath } from '@polyservice-lab/contracts/grpc'
import { runWork } from '../work.ts'
import type { CallContext, GrpcCall, ServerCall } from './server-call.ts'

/** A message, or the bytes of one that is made once and given often. */
type Answer<D extends DescMessage> = MessageInitShape<D> | Buffer

/** How a method is served: as a function of messages, streams being async iterables. */
type Handler<M extends Pick<DescMethod, 'input' | 'output' | 'methodKind'>> = {
  unary: (
    request: MessageShape<M['input']>,
    call: CallContext,
  ) => Answer<M['output']> | Promise<Answer<M['output']>>
  client_streaming: (
    requests: AsyncIterable<MessageShape<M['input']>>,
    call: CallContext,
  ) => Promise<Answer<M['output']>>
  server_streaming: (
    request: MessageShape<M['input']>,
    call: CallContext,
  ) => AsyncIterable<Answer<M['output']>>
  bidi_streaming: (
    requests: AsyncIterable<MessageShape<M['input']>>,
    call: CallContext,
  ) => AsyncIterable<Answer<M['output']>>
}[M['methodKind']]

/** One handler per method of a service. */
export type Handlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> }

/** A method as `Server.register` of grpc-js takes it. */
export interface Route {
  readonly path: string
  readonly service: DescService
  readonly type: 'unary' | 'clientStream' | 'serverStream' | 'bidi'
  /** Serves a call; `find` gives what is known of it. */
  readonly serve: (find: (call: GrpcCall) => ServerCall | undefined) => UntypedHandleCall
}

const types = {
  unary: 'unary',
  client_streaming: 'clientStream',
  server_streaming: 'serverStream',
  bidi_streaming: 'bidi',
} as const

/** Resolves where the caller may call the method, and rejects where not. */
export type Authorize = (method: DescMethod, call: CallContext) => Promise<void>

/**
 * The routes of a service, by nothing but its descriptor and one handler per method.
 * @param authorize asked before a handler sees the request
 */
export function serveMethods<S extends DescService>(
  service: S,
  handlers: Handlers<S>,
  authorize?: Authorize,
): readonly Route[] {
  return service.methods.map((method) => {
    // That kind and handler belong together is what `Handlers` has checked.
    const handler = handlers[method.localName as keyof Handlers<S>] as AnyHandler
    const type = types[method.methodKind]
    return {
      path: methodPath(method),
      service,
      type,
      serve: (find) => serveOne(method, handler, find, authorize),
    }
  })
}

type AnyHandler = (input: unknown, call: CallContext) => unknown

/** Wraps a handler: messages out of bytes and back, one end whatever it throws, answers as fast as they are read. */
function serveOne(
  method: DescMethod,
  handler: AnyHandler,
  find: Parameters<Route['serve']>[0],
  authorize: Authorize | undefined,
): UntypedHandleCall {
  const { input, output, methodKind } = method
  const takesMany = methodKind === 'client_streaming' || methodKind === 'bidi_streaming'
  const givesMany = methodKind === 'server_streaming' || methodKind === 'bidi_streaming'

  async function sendAll(call: ServerCall, answers: AsyncIterable<Answer<typeof output>>) {
    for await (const answer of answers) await call.send(encode(output, answer))
    call.succeed()
  }

  /** @returns a promise only where the answer is not there at once: the turns of promises cost a short call much */
  function run(call: ServerCall, grpc: GrpcCall): Promise<void> | undefined {
    const answer = handler(takesMany ? call.messages(input, grpc) : call.take(input, grpc.request), call)
    if (givesMany) return sendAll(call, answer as AsyncIterable<Answer<typeof output>>)
    const succeed = (message: Answer<typeof output>) => call.succeed(encode(output, message))
    if (answer instanceof Promise) return answer.then(succeed)
    succeed(answer as Answer<typeof output>)
    return undefined
  }

  async function runAuthorized(call: ServerCall, grpc: GrpcCall): Promise<void> {
    await authorize?.(method, call)
    if (!call.isEnded) await run(call, grpc)
  }

  const serve = (grpc: GrpcCall, callback?: sendUnaryData<Buffer>) => {
    const call = find(grpc)
    if (call === undefined || call.isEnded) return
    call.handle(grpc, callback)
    try {
      const begun = runWork(call, authorize === undefined ? run : runAuthorized, call, grpc)
      begun?.catch((error) => call.fail(error))
    } catch (error) {
      call.fail(error)
    }
  }
  return serve as UntypedHandleCall
}

function encode<D extends DescMessage>(schema: D, answer: Answer<D>): Buffer {
  return Buffer.isBuffer(answer) ? answer : encodeMessage(schema, answer)
}
