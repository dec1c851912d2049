import type { EnvReader } from '../env-reader.ts'

/** What one server of gRPC takes, and how long it waits. */
export interface GrpcLimits extends ReturnType<typeof readGrpcLimits> {
  /** Bytes of answers that may wait for the reader of one call before its handler has to. Default: 16,384. */
  readonly bufferBytesMax?: number
}

const mebibyte = 1_048_576
const patience = { min: 100, max: 3_600_000 }

/** The limits that every gRPC service has. @param callsMax the default of CALLS_MAX */
export function readGrpcLimits(env: EnvReader, callsMax = 1_000) {
  return {
    messageBytesMax: env.integer('MESSAGE_BYTES_MAX', {
      default: 4 * mebibyte,
      min: 1,
      max: 100 * mebibyte,
      about: 'a longer message, also once decompressed, ends its call with RESOURCE_EXHAUSTED',
    }),
    receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
      default: 64 * mebibyte,
      min: 1024,
      about: 'bytes of unfinished messages of all calls; beyond it, one ends with UNAVAILABLE',
    }),
    sendBytesMax: env.budget('SEND_BYTES_MAX', {
      default: 64 * mebibyte,
      min: 1024,
      about: 'bytes that may wait for clients that do not read; beyond it, the call that waits longest ends',
    }),
    sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
      ...patience,
      default: 30_000,
      about: 'an answer that its client does not take within this ends its call with RESOURCE_EXHAUSTED',
    }),
    requestTimeoutMs: env.integer('REQUEST_TIMEOUT_MS', {
      ...patience,
      default: 60_000,
      about: 'a message that has begun and is not whole after this ends its call with DEADLINE_EXCEEDED',
    }),
    ...readConnectionLimits(env, callsMax),
  }
}

function readConnectionLimits(env: EnvReader, callsMax: number) {
  return {
    handshakeTimeoutMs: env.integer('HANDSHAKE_TIMEOUT_MS', {
      ...patience,
      default: 5_000,
      about: 'how long a client may take for the handshake of TLS, and for the preface of HTTP/2',
    }),
    idleTimeoutMs: env.integer('IDLE_TIMEOUT_MS', {
      ...patience,
      default: 300_000,
      about: 'a connection that has had no call for this long ends with GOAWAY',
    }),
    callsMax: env.integer('CALLS_MAX', {
      default: callsMax,
      min: 1,
      max: 1_000_000,
      about: 'calls of all connections that may be in flight; one more ends with RESOURCE_EXHAUSTED',
    }),
    connectionsMax: env.integer('CONNECTIONS_MAX', {
      default: 1_000,
      min: 1,
      max: 100_000,
      about: 'more connections are closed as they come',
    }),
    concurrentStreamsMax: env.integer('CONCURRENT_STREAMS_MAX', {
      default: 100,
      min: 1,
      max: 10_000,
      about: 'calls that one connection may have in flight (RFC 9113, 5.1.2)',
    }),
    keepaliveIntervalMs: env.integer('KEEPALIVE_INTERVAL_MS', {
      ...patience,
      default: 60_000,
      about: 'how often a connection is pinged',
    }),
    keepaliveTimeoutMs: env.integer('KEEPALIVE_TIMEOUT_MS', {
      ...patience,
      default: 20_000,
      about: 'a ping that is not answered within this ends its connection',
    }),
  }
}
