import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'

/** What a handler knows of the call that it answers. */
export interface CallContext {
  /** Aborted with an AppError when the call is cancelled, runs out of time or is cut off by the end of a drain. */
  readonly signal: AbortSignal
  /** Aborted when the server begins to drain: a call that has no end of its own should find one. */
  readonly draining: AbortSignal
  /** Metadata that goes out with the status. Names in lower case, values in printable ASCII. */
  readonly trailers: Record<string, string>
}

type Answer<T> = T | Promise<T>

/** How a method is served: as a function of messages, streams being async iterables. */
type Handler<M extends Pick<DescMethod, 'input' | 'output' | 'methodKind'>> = {
  unary: (request: MessageShape<M['input']>, call: CallContext) => Answer<MessageInitShape<M['output']>>
  server_streaming: (
    request: MessageShape<M['input']>,
    call: CallContext,
  ) => AsyncIterable<MessageInitShape<M['output']>>
  client_streaming: (
    requests: AsyncIterable<MessageShape<M['input']>>,
    call: CallContext,
  ) => Answer<MessageInitShape<M['output']>>
  bidi_streaming: (
    requests: AsyncIterable<MessageShape<M['input']>>,
    call: CallContext,
  ) => AsyncIterable<MessageInitShape<M['output']>>
}[M['methodKind']]

/** One handler per method of a service. */
export type Handlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> }

type AnyMethod<K extends DescMethod['methodKind']> = {
  methodKind: K
  input: DescMessage
  output: DescMessage
}

/** A method with its handler, told apart by the kind of the method. */
export type Route = {
  [K in DescMethod['methodKind']]: {
    readonly kind: K
    /** `/package.Service/Method` */
    readonly path: string
    readonly input: DescMessage
    readonly output: DescMessage
    readonly handler: Handler<AnyMethod<K>>
  }
}[DescMethod['methodKind']]

/** The routes of a service, by nothing but its descriptor and one handler per method. */
export function routesOf<S extends DescService>(service: S, handlers: Handlers<S>): Route[] {
  return service.methods.map((method) => {
    const handler = handlers[method.localName as keyof Handlers<S>]
    const path = `/${service.typeName}/${method.name}`
    // That kind and handler belong together is what `Handlers` has checked.
    return { kind: method.methodKind, path, input: method.input, output: method.output, handler } as Route
  })
}
