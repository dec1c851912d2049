import type { EnvReader } from '../env-reader.ts'

const mebibyte = 1_048_576
const upToAnHour = { min: 100, max: 3_600_000 }

export type HttpLimits = ReturnType<typeof readHttpLimits>

/** Reads the limits of an HTTP server: the same variables in every service that has one, with defaults of its own. */
export function readHttpLimits(
  env: EnvReader,
  {
    bodyBytesMax = mebibyte,
    connectionsMax = 1000,
    bodies = 'a body that is held in memory: JSON, or the texts of a form; beyond it, 413',
  } = {},
) {
  return {
    bodyBytesMax: env.integer('BODY_BYTES_MAX', {
      default: bodyBytesMax,
      min: 1,
      max: 64 * mebibyte,
      about: `bytes of ${bodies}`,
    }),
    receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
      default: 64 * mebibyte,
      min: 1024,
      about: 'bytes of the unfinished ones among these, over all connections; beyond it, 503',
    }),
    sendBytesMax: env.budget('SEND_BYTES_MAX', {
      default: 64 * mebibyte,
      min: 1024,
      about: 'bytes of answers that wait to be read, over all connections; beyond it, 503',
    }),
    headerBytesMax: env.integer('HEADER_BYTES_MAX', {
      default: 16_384,
      min: 1024,
      max: mebibyte,
      about: 'bytes of a request line with its headers; beyond it, 431',
    }),
    requestTimeoutMs: env.integer('REQUEST_TIMEOUT_MS', {
      ...upToAnHour,
      default: 60_000,
      about: 'how long a request may take to arrive; beyond it, 408',
    }),
    sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
      ...upToAnHour,
      default: 30_000,
      about: 'how long a client may take nothing of an answer that waits for it; beyond it, it is cut off',
    }),
    connectionsMax: env.integer('CONNECTIONS_MAX', {
      default: connectionsMax,
      min: 1,
      max: 100_000,
      about: 'more connections are closed at once',
    }),
  }
}
