import { defineConfig } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig(8765, (env) => ({
  /** MESSAGE_BYTES_MAX: a longer message closes its connection with 1009. */
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', 1_048_576, { min: 1, max: 104_857_600 }),
  /** RECEIVE_BYTES_MAX: of unfinished messages of all connections; beyond it, one is closed with 1013. */
  receiveBytesMax: env.integer('RECEIVE_BYTES_MAX', 67_108_864, { min: 1_024, max: 8_589_934_592 }),
  /** BUFFER_BYTES_MAX: with more than this unsent, the server stops reading from a connection. */
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', 1_048_576, { min: 1, max: 1_073_741_824 }),
  /** SEND_TIMEOUT_MS: how long a client may leave it at that before it is closed with 1013. */
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', 10_000, { min: 10, max: 600_000 }),
  /** HEARTBEAT_MS: how often each client is pinged, and how long its pong may take. */
  heartbeatMs: env.integer('HEARTBEAT_MS', 30_000, { min: 10, max: 3_600_000 }),
  /** CLOSE_TIMEOUT_MS: how long a client may take to read what is left and to answer a close. */
  closeTimeoutMs: env.integer('CLOSE_TIMEOUT_MS', 3_000, { min: 10, max: 600_000 }),
  /** CONNECTIONS_MAX: open WebSockets; further handshakes are refused with 503. */
  connectionsMax: env.integer('CONNECTIONS_MAX', 16_384, { min: 1, max: 1_000_000 }),
  /** ORIGINS: the web origins whose pages may connect; empty is any. */
  origins: new Set(
    env
      .list('ORIGINS')
      .map((origin) => (isOrigin(origin) ? origin : env.fault('ORIGINS', `${origin} is not an origin`, ''))),
  ),
  /** PERMESSAGE_DEFLATE: whether RFC 7692 compression is agreed to. */
  perMessageDeflate: env.boolean('PERMESSAGE_DEFLATE', false),
}))

/** As a browser writes it (RFC 6454, 6.2): scheme, host and port without a default one; or `null`. */
function isOrigin(text: string): boolean {
  return text === 'null' || (URL.canParse(text) && new URL(text).origin === text)
}
