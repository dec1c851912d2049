import { defineConfig, type EnvReader } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  /** Where it is set, clients must show a certificate that it signed. */
  readonly clientCa: string | undefined
}

export const loadConfig = defineConfig(50_051, (env) => ({
  /** DATA_DIR: the directory of the database and of imports that are on their way. */
  dataDir: env.string('DATA_DIR', '/data'),
  /** MESSAGE_BYTES_MAX: a longer message, also once decompressed, ends its call with RESOURCE_EXHAUSTED. */
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', 4_194_304, { min: 1, max: 104_857_600 }),
  /** RECEIVE_BYTES_MAX: of unfinished messages of all calls; beyond it, one ends with UNAVAILABLE. */
  receiveBytesMax: env.integer('RECEIVE_BYTES_MAX', 67_108_864, { min: 1_024, max: 8_589_934_592 }),
  /** IMPORT_BYTES_MAX: what one ImportCourses may set aside on disk. */
  importBytesMax: env.integer('IMPORT_BYTES_MAX', 1_073_741_824, { min: 1 }),
  /** IMPORTS_MAX: how many ImportCourses may run at a time. */
  importsMax: env.integer('IMPORTS_MAX', 4, { min: 1, max: 1_000 }),
  /** CALLS_MAX: calls of all connections that may be in flight; one more ends with RESOURCE_EXHAUSTED. */
  callsMax: env.integer('CALLS_MAX', 1_000, { min: 1, max: 1_000_000 }),
  /** CONNECTIONS_MAX: more are closed as they come. */
  connectionsMax: env.integer('CONNECTIONS_MAX', 1_000, { min: 1, max: 100_000 }),
  /** CONCURRENT_STREAMS_MAX: calls that one connection may have in flight (RFC 9113, 5.1.2). */
  concurrentStreamsMax: env.integer('CONCURRENT_STREAMS_MAX', 100, { min: 1, max: 10_000 }),
  /** KEEPALIVE_INTERVAL_MS: how often a connection is pinged. */
  keepaliveIntervalMs: env.integer('KEEPALIVE_INTERVAL_MS', 60_000, { min: 100, max: 3_600_000 }),
  /** KEEPALIVE_TIMEOUT_MS: a ping that is not answered within this ends its connection. */
  keepaliveTimeoutMs: env.integer('KEEPALIVE_TIMEOUT_MS', 20_000, { min: 100, max: 3_600_000 }),
  tls: readTls(env),
}))

function readTls(env: EnvReader): TlsFiles | undefined {
  const certificate = env.optional('TLS_CERT_FILE')
  const key = env.optional('TLS_KEY_FILE')
  const clientCa = env.optional('TLS_CLIENT_CA_FILE')
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientCa }
  if (certificate !== undefined)
    env.fault('TLS_KEY_FILE', 'must be set together with TLS_CERT_FILE', undefined)
  if (key !== undefined) env.fault('TLS_CERT_FILE', 'must be set together with TLS_KEY_FILE', undefined)
  else if (clientCa !== undefined && certificate === undefined)
    env.fault('TLS_CLIENT_CA_FILE', 'needs TLS_CERT_FILE and TLS_KEY_FILE', undefined)
  return undefined
}
