import { defineConfig } from '@polyservice-lab/service-kit'
import { messageBytesLimit } from './domain/message-rules.ts'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576
const upToAnHour = { min: 1, max: 3_600_000 }

export const loadConfig = defineConfig('tcp-history', (env) => ({
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', {
    default: 65_536,
    min: 1,
    max: messageBytesLimit,
    about: 'a longer message is refused with `too_long`',
  }),
  frameBytesMax: env.integer('FRAME_BYTES_MAX', {
    default: mebibyte,
    min: 13,
    max: 16 * mebibyte,
    about: 'a frame whose length field says more closes its connection with `bad_frame`',
  }),
  historyBytesMax: env.budget('HISTORY_BYTES_MAX', {
    default: 256 * mebibyte,
    min: 1,
    about: 'bytes of the whole history, which is held in memory; beyond it, `history_full`',
  }),
  receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about: 'bytes that all clients have sent and that are not done with; beyond it, `busy`',
  }),
  sendBytesMax: env.budget('SEND_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about:
      'bytes that wait for clients that do not read; beyond it, the client that waits longest is cut off',
  }),
  connectionsMax: env.connections('CONNECTIONS_MAX', {
    default: 10_240,
    min: 1,
    max: 1_000_000,
    about: 'one more is refused with `busy`',
  }),
  messageGapMs: env.integer('MESSAGE_GAP_MS', {
    default: 50,
    min: 1,
    max: 60_000,
    about: 'a pause this long ends a plain message that no newline or half-close ended',
  }),
  idleTimeoutMs: env.integer('IDLE_TIMEOUT_MS', {
    ...upToAnHour,
    default: 30_000,
    about:
      'a connection that sends nothing is closed after it, and one whose message or frame is not whole by then',
  }),
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
    ...upToAnHour,
    default: 30_000,
    about: 'a client that takes nothing of what waits for it is cut off after it',
  }),
  fsync: env.oneOf('FSYNC', ['always', 'interval'], {
    default: 'interval',
    about: '`always` syncs each message to the disk before its answer, `interval` from time to time',
  }),
  fsyncIntervalMs: env.integer('FSYNC_INTERVAL_MS', {
    default: 100,
    min: 1,
    max: 60_000,
    about: 'the longest that a written message waits for its sync with FSYNC=interval',
  }),
  segmentBytesMax: env.integer('SEGMENT_BYTES_MAX', {
    default: 16 * mebibyte,
    min: 1024,
    max: 1024 * mebibyte,
    about: 'the log goes on in a new file when one is this long',
  }),
  dataDir: env.string('DATA_DIR', { default: '/data', about: 'the directory of the log' }),
}))
