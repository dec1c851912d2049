import { createClient } from '@redis/client'

/** The names of the keys of one chat, in the order in which every script takes them. */
export function keysOf(prefix: string): string[] {
  return ['life', 'log', 'state', 'rooms', 'beats'].map((name) => `${prefix}:${name}`)
}

type Client = ReturnType<typeof connectTo>

const retryMs = 50
const retryMsMax = 500

/** A client that connects again and again, and refuses what is asked of it meanwhile. */
export function connectTo(url: string, connectTimeout: number, socketTimeout: number) {
  const reconnectStrategy = (retries: number) => Math.min(retryMs * (retries + 1), retryMsMax)
  const socket = { connectTimeout, socketTimeout, reconnectStrategy }
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true, socket })
  client.on('error', () => {})
  return client
}

/** Each is carried out as a whole. Entries of the log are numbered without gaps: 0-1, 0-2, ... */
export const scripts = {
  /** Appends an entry to the log of a life; 0 where there is another life. ARGV: life, entry. */
  append: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('XADD', KEYS[2], '0-*', 'e', ARGV[2])
    return 1`,
  /** Says that a replica lives; answers life, number of the last entry, and the beats of all. ARGV: replica, beat. */
  beat: `
    redis.call('HSET', KEYS[5], ARGV[1], ARGV[2])
    local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
    return { redis.call('GET', KEYS[1]) or '', last[1] and last[1][1] or '0-0', redis.call('HGETALL', KEYS[5]) }`,
  /** Begins a life in place of another one, or of none. ARGV: the life before, or the empty text; life, state, rooms. */
  begin: `
    if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[2], KEYS[4])
    redis.call('SET', KEYS[3], ARGV[3])
    for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
    redis.call('SET', KEYS[1], ARGV[2])
    return 1`,
  /**
   * Keeps a state that is newer than the one that is kept, and forgets entries that no replica needs.
   * ARGV: life, number of the last entry in the state, state, the number of rooms, their fields, then fields and values of
   * those that have changed.
   */
  keep: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    local kept = cjson.decode(redis.call('GET', KEYS[3]))
    if kept.applied >= tonumber(ARGV[2]) then return 0 end
    redis.call('SET', KEYS[3], ARGV[3])
    local rooms = {}
    local count = tonumber(ARGV[4])
    for i = 5, 4 + count do rooms[ARGV[i]] = true end
    for i = 5 + count, #ARGV, 2 do redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
    for _, room in ipairs(redis.call('HKEYS', KEYS[4])) do
      if not rooms[room] then redis.call('HDEL', KEYS[4], room) end
    end
    redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. math.max(1, tonumber(ARGV[2]) - 10000))
    return 1`,
  /** Reads life, state and rooms at one moment. */
  load: `
    return { redis.call('GET', KEYS[1]) or '', redis.call('GET', KEYS[3]) or '', redis.call('HGETALL', KEYS[4]) }`,
} as const

export function run(
  client: Client,
  script: keyof typeof scripts,
  keys: string[],
  args: string[],
): Promise<unknown> {
  return client.eval(scripts[script], { keys, arguments: args })
}
