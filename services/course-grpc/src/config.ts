import { defineConfig, type EnvReader } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  /** Where it is set, clients must show a certificate that it signed. */
  readonly clientCa: string | undefined
}

const mebibyte = 1_048_576
const patience = { min: 100, max: 3_600_000 }

export const loadConfig = defineConfig('course-grpc', (env) => ({
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
  importBytesMax: env.integer('IMPORT_BYTES_MAX', {
    default: 1024 * mebibyte,
    min: 1,
    about: 'what one ImportCourses may set aside on disk',
  }),
  importsMax: env.integer('IMPORTS_MAX', {
    default: 4,
    min: 1,
    max: 1_000,
    about: 'how many ImportCourses may run at a time',
  }),
  callsMax: env.integer('CALLS_MAX', {
    default: 1_000,
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
  tls: readTls(env),
  dataDir: env.string('DATA_DIR', {
    default: '/data',
    about: 'the directory of the database and of imports that are on their way',
  }),
}))

function readTls(env: EnvReader): TlsFiles | undefined {
  const certificate = env.optional('TLS_CERT_FILE', {
    about: 'certificate chain in PEM, a path in the container; with TLS_KEY_FILE, the port speaks TLS',
  })
  const key = env.optional('TLS_KEY_FILE', { about: 'private key in PEM, a path in the container' })
  const clientCa = env.optional('TLS_CLIENT_CA_FILE', {
    about: 'authorities in PEM: clients must show a certificate that one of them signed',
  })
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientCa }
  if (certificate !== undefined)
    env.fault('TLS_KEY_FILE', 'must be set together with TLS_CERT_FILE', undefined)
  if (key !== undefined) env.fault('TLS_CERT_FILE', 'must be set together with TLS_KEY_FILE', undefined)
  else if (clientCa !== undefined && certificate === undefined)
    env.fault('TLS_CLIENT_CA_FILE', 'needs TLS_CERT_FILE and TLS_KEY_FILE', undefined)
  return undefined
}
