import { defineConfig } from '@polyservice-lab/service-kit'
import { messageBytesLimit } from './domain/message-rules.ts'

export type Config = ReturnType<typeof loadConfig>

const hour = 3_600_000

export const loadConfig = defineConfig(12_345, (env) => ({
  /** MESSAGE_BYTES_MAX: a longer message is refused with `too_long`. */
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', 65_536, { min: 1, max: messageBytesLimit }),
  /** FRAME_BYTES_MAX: a frame whose length field says more closes its connection with `bad_frame`. */
  frameBytesMax: env.integer('FRAME_BYTES_MAX', 1_048_576, { min: 13, max: 16_777_216 }),
  /** HISTORY_BYTES_MAX: of the joined history, which is held in memory; beyond it, `history_full`. */
  historyBytesMax: env.integer('HISTORY_BYTES_MAX', 268_435_456, { min: 1, max: 8_589_934_592 }),
  /** RECEIVE_BYTES_MAX: of unfinished messages and frames of all connections; beyond it, `busy`. */
  receiveBytesMax: env.integer('RECEIVE_BYTES_MAX', 67_108_864, { min: 1_024, max: 8_589_934_592 }),
  /** SEND_BYTES_MAX: of frames that wait for clients to read; beyond it, who waits longest is cut off. */
  sendBytesMax: env.integer('SEND_BYTES_MAX', 67_108_864, { min: 1_024, max: 8_589_934_592 }),
  /** CONNECTIONS_MAX: one more is refused with `busy`. */
  connectionsMax: env.integer('CONNECTIONS_MAX', 16_384, { min: 1, max: 1_000_000 }),
  /** MESSAGE_GAP_MS: a pause this long ends a plain message. */
  messageGapMs: env.integer('MESSAGE_GAP_MS', 50, { min: 1, max: 60_000 }),
  /** IDLE_TIMEOUT_MS: a connection without a first byte is closed after it. */
  idleTimeoutMs: env.integer('IDLE_TIMEOUT_MS', 30_000, { min: 1, max: hour }),
  /** SEND_TIMEOUT_MS: a client that takes nothing of what waits for it is cut off after it. */
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', 30_000, { min: 1, max: hour }),
  /** DATA_DIR: where the log lies. */
  dataDir: env.string('DATA_DIR', '/data'),
  /** FSYNC: `always` syncs the log before the answer, `interval` from time to time. */
  fsync: env.oneOf('FSYNC', ['always', 'interval'], 'interval'),
  /** FSYNC_INTERVAL_MS: how long a written message may wait for its sync with FSYNC=interval. */
  fsyncIntervalMs: env.integer('FSYNC_INTERVAL_MS', 100, { min: 1, max: 60_000 }),
  /** SEGMENT_BYTES_MAX: the log goes on in a new file when one is this long. */
  segmentBytesMax: env.integer('SEGMENT_BYTES_MAX', 16_777_216, { min: 1_024, max: 1_073_741_824 }),
}))
