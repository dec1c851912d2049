import { defineConfig } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576

export const loadConfig = defineConfig('ws-echo', (env) => ({
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 100 * mebibyte,
    about: 'a longer message closes its connection with 1009',
  }),
  receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about: 'bytes of messages of all clients that are unfinished or wait; beyond it, one is closed with 1013',
  }),
  sendBytesMax: env.budget('SEND_BYTES_MAX', {
    default: 96 * mebibyte,
    min: 65_536,
    about: 'bytes that wait to be sent to all clients; with more, further messages wait',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 1024 * mebibyte,
    about: 'with more than this unsent, the server stops reading from a client',
  }),
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
    default: 10_000,
    min: 10,
    max: 600_000,
    about: 'a client that then takes nothing for so long is closed with 1013; one that reads slowly is not',
  }),
  heartbeatMs: env.integer('HEARTBEAT_MS', {
    default: 30_000,
    min: 10,
    max: 3_600_000,
    about: 'how often each client is pinged, and how long its pong may take',
  }),
  closeTimeoutMs: env.integer('CLOSE_TIMEOUT_MS', {
    default: 3_000,
    min: 10,
    max: 600_000,
    about:
      'how long a client may take to read what is left and to answer a close; at most 0.8 of SHUTDOWN_TIMEOUT_MS',
  }),
  connectionsMax: env.integer('CONNECTIONS_MAX', {
    default: 16_384,
    min: 1,
    max: 1_000_000,
    about: 'open WebSockets; further handshakes get 503',
  }),
  origins: new Set(
    env.origins('ORIGINS', {
      about:
        'the web origins whose pages may connect, between commas; empty is any. Programs send no Origin and always may',
    }),
  ),
  perMessageDeflate: env.boolean('PERMESSAGE_DEFLATE', {
    default: false,
    about: '`on` agrees to compression (RFC 7692)',
  }),
}))
