import { defineConfig } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

const mebibyte = 1_048_576
const day = 86_400_000

export const loadConfig = defineConfig('chat', (env) => ({
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', {
    default: 65_536,
    min: 1,
    max: 16 * mebibyte,
    about: 'a longer message closes its connection with 1009; a longer body is answered 413',
  }),
  messageCharsMax: env.integer('MESSAGE_CHARS_MAX', {
    default: 4_000,
    min: 1,
    max: mebibyte,
    about: 'characters of a text; beyond it, an error',
  }),
  nameCharsMax: env.integer('NAME_CHARS_MAX', {
    default: 32,
    min: 1,
    max: 1_000,
    about: 'characters of a name; beyond it, an error',
  }),
  roomIdCharsMax: env.integer('ROOM_ID_CHARS_MAX', {
    default: 64,
    min: 1,
    max: 1_000,
    about: 'characters of the id of a room; beyond it, an error',
  }),
  roomsPerClientMax: env.integer('ROOMS_PER_CLIENT_MAX', {
    default: 10,
    min: 1,
    max: 1_000,
    about: 'rooms that a person may be in',
  }),
  roomsMax: env.integer('ROOMS_MAX', {
    default: 100,
    min: 1,
    max: 100_000,
    about: 'rooms in all; beyond it, the one that has been empty for longest is forgotten',
  }),
  roomHistoryMessagesMax: env.integer('ROOM_HISTORY_MESSAGES_MAX', {
    default: 1_000,
    min: 1,
    max: 1_000_000,
    about: 'messages of a room that are kept',
  }),
  roomHistoryBytesMax: env.integer('ROOM_HISTORY_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 1024 * mebibyte,
    about: 'bytes of the texts of a room that are kept',
  }),
  messagesPerSecondMax: env.integer('MESSAGES_PER_SECOND_MAX', {
    default: 20,
    min: 1,
    max: 1_000_000,
    about: 'requests of a connection in a second, in the long run; beyond it, it is closed as a flood',
  }),
  messagesBurstMax: env.integer('MESSAGES_BURST_MAX', {
    default: 50,
    min: 1,
    max: 1_000_000,
    about: 'requests of a connection at once',
  }),
  bufferBytesMax: env.integer('BUFFER_BYTES_MAX', {
    default: mebibyte,
    min: 1,
    max: 1024 * mebibyte,
    about: 'with more than this unsent, a client is closed as slow; replays and history do not count',
  }),
  sendTimeoutMs: env.integer('SEND_TIMEOUT_MS', {
    default: 10_000,
    min: 10,
    max: 600_000,
    about: 'a client that takes nothing of what waits for it for so long is closed as slow',
  }),
  receiveBytesMax: env.budget('RECEIVE_BYTES_MAX', {
    default: 64 * mebibyte,
    min: 1024,
    about: 'bytes of messages of all clients that are unfinished or wait; beyond it, one is closed as busy',
  }),
  sendBytesMax: env.budget('SEND_BYTES_MAX', {
    default: 96 * mebibyte,
    min: 1024,
    about: 'bytes that wait to be sent to all clients; beyond it, the client with the most is closed as slow',
  }),
  connectionsMax: env.connections('CONNECTIONS_MAX', {
    default: 1_000,
    min: 1,
    max: 1_000_000,
    about: 'open connections of both edges; further handshakes are refused as busy',
  }),
  heartbeatMs: env.integer('HEARTBEAT_MS', {
    default: 25_000,
    min: 10,
    max: 3_600_000,
    about: 'how often each client is pinged',
  }),
  heartbeatTimeoutMs: env.integer('HEARTBEAT_TIMEOUT_MS', {
    default: 20_000,
    min: 10,
    max: 3_600_000,
    about: 'a client of which nothing is heard for so long after a ping is cut off',
  }),
  idleTimeoutMs: env.integer('IDLE_TIMEOUT_MS', {
    default: 0,
    max: day,
    about: 'a client that asks for nothing for so long is closed; 0 is never',
  }),
  closeTimeoutMs: env.integer('CLOSE_TIMEOUT_MS', {
    default: 3_000,
    min: 10,
    max: 600_000,
    about: 'how long a client may take to answer a close',
  }),
  redisUrl: env.url('REDIS_URL', {
    protocols: ['redis:', 'rediss:'],
    about: 'a Redis or Valkey that several replicas share; empty is one replica that keeps all in memory',
  }),
  redisPrefix: env.string('REDIS_PREFIX', {
    default: 'chat',
    about: 'what all keys in Redis begin with; the replicas of one chat have the same',
  }),
  redisTimeoutMs: env.integer('REDIS_TIMEOUT_MS', {
    default: 2_000,
    min: 50,
    max: 60_000,
    about: 'how long Redis may take for a request; beyond it, the request is answered `unavailable`',
  }),
  presenceTimeoutMs: env.integer('PRESENCE_TIMEOUT_MS', {
    default: 10_000,
    min: 500,
    max: 600_000,
    about: 'how long after the death of a replica its people are there, at most',
  }),
  origins: new Set(
    env.origins('ORIGINS', {
      about: 'the web origins whose pages may connect, between commas; empty is any. Programs send no Origin',
    }),
  ),
}))
