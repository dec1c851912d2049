import { createClient } from '@redis/client'

/** The names of the keys of one chat, in the order in which every script takes them. */
export function keysOf(prefix: string): string[] {
  return ['life', 'log', 'state', 'rooms', 'beats'].map((name) => `${prefix}:${name}`)
}

export type Client = ReturnType<typeof connectTo>

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

/**
 * Each is carried out as a whole. Entries of the log are numbered without gaps: 0-1, 0-2, ... A field of `rooms` is a room,
 * its value the room without its messages, which are a list: `<prefix>:rooms:<field>`.
 */
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
    for _, room in ipairs(redis.call('HKEYS', KEYS[4])) do redis.call('DEL', KEYS[4] .. ':' .. room) end
    redis.call('DEL', KEYS[2], KEYS[4])
    redis.call('SET', KEYS[3], ARGV[3])
    for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
    redis.call('SET', KEYS[1], ARGV[2])
    return 1`,
  /**
   * Keeps a state in place of the one that it was compared with, and forgets entries that no replica needs.
   * ARGV: life, number of the last entry in the state before, number before which entries are forgotten, state; then for
   * each room its field, its value, whether its messages are all new (1 or 0), how many there are in all, how many follow,
   * and those.
   */
  keep: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    if cjson.decode(redis.call('GET', KEYS[3])).applied ~= tonumber(ARGV[2]) then return 0 end
    redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. ARGV[3])
    redis.call('SET', KEYS[3], ARGV[4])
    local rooms = {}
    local i = 5
    while i <= #ARGV do
      local field, count, added = ARGV[i], ARGV[i + 3], tonumber(ARGV[i + 4])
      local list = KEYS[4] .. ':' .. field
      rooms[field] = true
      if ARGV[i + 2] == '1' then redis.call('DEL', list) end
      redis.call('HSET', KEYS[4], field, ARGV[i + 1])
      for j = i + 5, i + 4 + added do redis.call('RPUSH', list, ARGV[j]) end
      if added > 0 then redis.call('LTRIM', list, -count, -1) end
      i = i + 5 + added
    end
    for _, room in ipairs(redis.call('HKEYS', KEYS[4])) do
      if not rooms[room] then
        redis.call('HDEL', KEYS[4], room)
        redis.call('DEL', KEYS[4] .. ':' .. room)
      end
    end
    return 1`,
  /** Reads life, state and rooms at one moment. */
  load: `
    return { redis.call('GET', KEYS[1]) or '', redis.call('GET', KEYS[3]) or '', redis.call('HGETALL', KEYS[4]) }`,
  /** Reads the messages of a room. ARGV: its field. */
  messages: `
    return redis.call('LRANGE', KEYS[4] .. ':' .. ARGV[1], 0, -1)`,
} as const

/** Carries out a script on the keys of one chat. */
export type Run = (script: keyof typeof scripts, args: string[]) => Promise<unknown>

export function run(
  client: Client,
  script: keyof typeof scripts,
  keys: string[],
  args: string[],
): Promise<unknown> {
  return client.eval(scripts[script], { keys, arguments: args })
}

/** Fields with their values, as a hash is answered. */
export function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((field, i): [string, string][] => (i % 2 === 0 ? [[field, flat[i + 1] ?? '']] : []))
}
