import {
  type ChannelCredentials,
  type ClientOptions as ChannelOptions,
  Client,
  type CallOptions as GrpcJsCallOptions,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import { type CallOptions, timeoutOf } from '../core/call-options.ts'
import { type OnWire, tellExchange } from '../core/wire.ts'
import { CallWatch, type ReadableCall } from './call-watch.ts'
import { describeMetadata, maskMetadata } from './describe-call.ts'
import { keepAlive } from './keep-alive.ts'
import {
  type Input,
  type Method,
  type MethodDefinition,
  methodDefinition,
  type Output,
} from './method-definition.ts'
import { attemptWatch, watchConnection } from './retry-channel.ts'

export interface GrpcCallOptions extends CallOptions {
  /** Metadata to send; the value of a name that ends with `-bin` is bytes. */
  readonly metadata?: Readonly<Record<string, string | Buffer>> | undefined
}

export interface GrpcChannelSettings extends GrpcCallOptions {
  readonly address: string
  readonly credentials: ChannelCredentials
  readonly options: ChannelOptions
  readonly tls: boolean
  /** Waits for a connection where there is none, and tells of each retry. */
  readonly retries: boolean
  readonly onWire: OnWire | undefined
  /** How often the server is asked for its health while a call is open, in ms. */
  readonly keepaliveMs: number
}

type Messages<T> = AsyncIterable<T> | Iterable<T>

/** The messages of an answer. The call begins with the first that is asked for, and ends when no more is. */
export interface MessageStream<T> extends AsyncIterable<T> {
  /** Metadata that came with the status; undefined before that. */
  trailer(name: string): string | undefined
}

type CallSettings = Pick<GrpcJsCallOptions, 'deadline' | 'credentials'>

interface BegunCall<M extends Method> extends MethodDefinition<M> {
  readonly metadata: Metadata
  readonly options: CallSettings
  readonly watch: CallWatch
}

/** Calls of all four kinds over one grpc-js channel: promises and async iterables, and no error but LabError. */
export class GrpcChannel implements Disposable {
  readonly #client: Client
  readonly #settings: GrpcChannelSettings

  constructor(settings: GrpcChannelSettings) {
    this.#client = new Client(settings.address, settings.credentials, settings.options)
    this.#settings = settings
    const tell = settings.retries ? tellExchange(settings.onWire, 'grpc') : undefined
    if (tell) watchConnection(this.#client, settings.address, tell)
  }

  unary<M extends Method>(method: M, request: Input<M>, call: GrpcCallOptions): Promise<Output<M>> {
    const { path, serialize, deserialize, metadata, options, watch } = this.#begin(method, call)
    const { promise, done } = answerOf<Output<M>>(watch)
    watch.follow(
      this.#client.makeUnaryRequest(path, serialize, deserialize, request, metadata, options, done),
    )
    return promise
  }

  clientStream<M extends Method>(
    method: M,
    requests: Messages<Input<M>>,
    call: GrpcCallOptions,
  ): Promise<Output<M>> {
    const { path, serialize, deserialize, metadata, options, watch } = this.#begin(method, call)
    const { promise, done } = answerOf<Output<M>>(watch)
    const stream = this.#client.makeClientStreamRequest(path, serialize, deserialize, metadata, options, done)
    void watch.write(watch.follow(stream), requests)
    return promise
  }

  serverStream<M extends Method>(
    method: M,
    request: Input<M>,
    call: GrpcCallOptions,
  ): MessageStream<Output<M>> {
    return this.#messages(method, call, ({ path, serialize, deserialize, metadata, options, watch }) =>
      watch.follow(
        this.#client.makeServerStreamRequest(path, serialize, deserialize, request, metadata, options),
      ),
    )
  }

  bidiStream<M extends Method>(
    method: M,
    requests: Messages<Input<M>>,
    call: GrpcCallOptions,
  ): MessageStream<Output<M>> {
    return this.#messages(method, call, ({ path, serialize, deserialize, metadata, options, watch }) => {
      const stream = this.#client.makeBidiStreamRequest(path, serialize, deserialize, metadata, options)
      void watch.write(watch.follow(stream), requests)
      return stream
    })
  }

  #messages<M extends Method>(
    method: M,
    call: GrpcCallOptions,
    open: (begun: BegunCall<M>) => ReadableCall<Output<M>>,
  ): MessageStream<Output<M>> {
    const begin = () => this.#begin(method, call)
    let watch: CallWatch | undefined
    async function* read() {
      const begun = begin()
      watch = begun.watch
      yield* watch.read(open(begun))
    }
    return { [Symbol.asyncIterator]: read, trailer: (name) => watch?.trailer(name) }
  }

  #begin<M extends Method>(method: M, call: GrpcCallOptions): BegunCall<M> {
    const { onWire, ...client } = this.#settings
    const tell = tellExchange(onWire, 'grpc')
    const definition = methodDefinition(method, tell)
    const metadata = toMetadata({ ...client.metadata, ...call.metadata })
    tell?.({
      direction: 'sent',
      text: [`POST ${definition.path}`, describeMetadata(metadata)].filter((line) => line !== '').join('\n'),
      call: {
        address: client.address,
        method: definition.path.slice(1),
        tls: client.tls,
        metadata: maskMetadata(metadata),
      },
    })
    const timeoutMs = timeoutOf(call.timeoutMs, client.timeoutMs)
    // A call that waits for its connection was not sent yet, whatever its method.
    if (client.retries) metadata.setOptions({ waitForReady: true })
    const options = {
      ...(timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }),
      ...(client.retries && tell ? { credentials: attemptWatch(tell) } : {}),
    }
    const signals = [client.signal, call.signal].filter((signal) => signal !== undefined)
    const watch = new CallWatch(client.address, AbortSignal.any(signals), tell, (cut) =>
      keepAlive(this.#client, client.keepaliveMs, cut),
    )
    return { ...definition, metadata, options, watch }
  }

  [Symbol.dispose](): void {
    this.#client.close()
  }
}

/** A promise, and the callback of grpc-js that settles it. */
function answerOf<T>(watch: CallWatch) {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const done = (error: ServiceError | null, message?: T) => {
    if (error !== null) reject(watch.error(error))
    else resolve(message as T)
  }
  return { promise, done }
}

function toMetadata(entries: Readonly<Record<string, string | Buffer>>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value)
  return metadata
}
