import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { AppError, type Logger } from '@polyservice-lab/service-kit'
import type { Applied } from '../domain/chat-state.ts'
import type { CommandLog, Machine } from '../domain/command-log.ts'
import type { Command } from '../domain/commands.ts'
import { beginLife, keepState, loadState } from './kept-state.ts'
import { Presence } from './presence.ts'
import { connectTo, keysOf, pairs, type Run, run } from './redis-scripts.ts'

export interface RedisOptions {
  readonly redisPrefix: string
  readonly redisTimeoutMs: number
  readonly presenceTimeoutMs: number
}

/** How many entries are read at once, and how long one waits for the first. */
const read = { COUNT: 500, BLOCK: 1_000 } as const
/** A state is kept when the log has grown by so much since the last one. */
const keepEntries = 2_000
const keepBytes = 4 * 1_048_576
/** So much of the log is applied in one turn. */
const turnBytes = 65_536
/** The part of the time that a request may take which Redis may take. */
const requestShare = 0.9
const beatMsMax = 1_000
const retryMs = 100

/** An entry of the log. */
interface Entry {
  readonly replica: string
  readonly number: number
  readonly command: Command
}

/**
 * A log that replicas share: a stream of Redis or Valkey, whose order is that of all. Beside the stream a state is kept from
 * time to time, so that the stream can be short. A life is what lies between two losses of the data.
 */
export class RedisLog implements CommandLog {
  readonly #options: RedisOptions
  readonly #logger: Logger
  readonly #keys: string[]
  readonly #client: ReturnType<typeof connectTo>
  readonly #reader: ReturnType<typeof connectTo>
  readonly #presence: Presence
  readonly #pending = new Map<number, (applied: Applied) => void>()
  readonly #run: Run
  #machine: Machine | undefined
  #life = ''
  /** The number of the entry that was applied last. */
  #applied = 0
  #lastNumber = 0
  #sinceKept = { entries: 0, bytes: 0 }
  #isLoaded = false
  #isBeating = false
  /** The entry that must be applied before this replica works: the last one when it began, or came back. */
  #mustApply: number | undefined
  #isKeeping = false
  #isOver = false
  #loops: Promise<unknown> = Promise.resolve()

  constructor(url: string, options: RedisOptions, logger: Logger) {
    this.#options = options
    this.#logger = logger
    this.#keys = keysOf(options.redisPrefix)
    this.#presence = new Presence(options.presenceTimeoutMs)
    const { redisTimeoutMs } = options
    const make = () => connectTo(url, redisTimeoutMs, read.BLOCK + redisTimeoutMs)
    this.#client = make()
    this.#reader = make()
    this.#run = (script, args) => this.#inTime(run(this.#client, script, this.#keys, args))
  }

  get problem(): string | undefined {
    return this.#isLoaded && this.#isBeating ? undefined : 'redis does not answer'
  }

  /** Redis is not waited for: a service that begins without it begins to work when it is there. */
  async open(machine: Machine): Promise<void> {
    this.#machine = machine
    for (const client of [this.#client, this.#reader]) client.connect().catch(() => {})
    this.#loops = Promise.all([this.#readOn(machine), this.#beatOn(machine)])
  }

  async append(command: Command): Promise<Applied> {
    const { replica } = this.#machine as Machine
    if (this.problem !== undefined) throw new AppError('unavailable', this.problem)
    this.#lastNumber += 1
    const number = this.#lastNumber
    const { promise, resolve } = Promise.withResolvers<Applied>()
    this.#pending.set(number, resolve)
    const entry = JSON.stringify({ replica, number, command } satisfies Entry)
    try {
      return await this.#inTime(
        this.#write(entry, promise),
        Math.floor(this.#options.redisTimeoutMs * requestShare),
      )
    } catch (error) {
      this.#pending.delete(number)
      // What comes behind this one need not wait for as long.
      this.#isBeating = false
      throw new AppError('unavailable', 'redis does not answer', { cause: error })
    }
  }

  async #write(entry: string, applied: Promise<Applied>): Promise<Applied> {
    const isAppended = await run(this.#client, 'append', this.#keys, [this.#life, entry])
    if (isAppended !== 1) throw new Error('another life')
    return applied
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    const replica = this.#machine?.replica ?? ''
    await this.#inTime(this.#client.hDel(this.#keys[4] ?? '', replica)).catch(() => {})
    this.#reader.destroy()
    await this.#loops
    this.#client.destroy()
  }

  async #inTime<T>(promise: Promise<T>, timeoutMs = this.#options.redisTimeoutMs): Promise<T> {
    const late = AbortSignal.timeout(timeoutMs)
    const { promise: ended, reject } = Promise.withResolvers<never>()
    const end = () => reject(new Error(`nothing within ${timeoutMs} ms`))
    late.addEventListener('abort', end)
    try {
      return await Promise.race([promise, ended])
    } finally {
      late.removeEventListener('abort', end)
    }
  }

  async #readOn(machine: Machine): Promise<void> {
    const key = this.#keys[1] ?? ''
    while (!this.#isOver) {
      try {
        if (!this.#isLoaded) await this.#load(machine)
        const streams = await this.#reader.xRead({ key, id: `0-${this.#applied}` }, read)
        let bytes = 0
        for (const { messages } of streams ?? [])
          for (const { id, message } of messages) {
            const entry = message['e'] ?? ''
            this.#take(machine, Number(id.slice(2)), entry)
            bytes += entry.length
            if (bytes < turnBytes) continue
            // Sockets send between two turns of the event loop: a client is not slow for what came at once.
            await turn()
            bytes = 0
          }
      } catch (error) {
        if (!(error instanceof Error)) throw error
        await wait(retryMs)
      }
    }
  }

  #take(machine: Machine, number: number, text: string): void {
    if (!this.#isLoaded || number <= this.#applied) return
    if (number !== this.#applied + 1) {
      this.#logger.warn('entries of the log are missing: loading the state')
      this.#isLoaded = false
      return
    }
    this.#applied = number
    this.#sinceKept = { entries: this.#sinceKept.entries + 1, bytes: this.#sinceKept.bytes + text.length }
    const { replica, number: own, command }: Entry = JSON.parse(text)
    const applied = machine.apply(command)
    const { entries, bytes } = this.#sinceKept
    if (entries >= keepEntries || bytes >= keepBytes) void this.#keep(machine)
    if (replica !== machine.replica) return
    this.#pending.get(own)?.(applied)
    this.#pending.delete(own)
  }

  /** Loads the state that is kept. */
  async #load(machine: Machine): Promise<void> {
    const loaded = await loadState(this.#run, () => machine.newborn)
    if (loaded === undefined) throw new Error('a life has begun')
    machine.restore(loaded.snapshot)
    this.#life = loaded.life
    this.#applied = loaded.applied
    this.#sinceKept = { entries: 0, bytes: 0 }
    this.#isLoaded = true
    // Those who are here are told to a log that works.
    this.#isBeating = false
    this.#mustApply = undefined
  }

  async #beatOn(machine: Machine): Promise<void> {
    const { presenceTimeoutMs } = this.#options
    for (let beat = 1; !this.#isOver; beat += 1) {
      try {
        await this.#beat(machine, beat)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        if (this.#isBeating) this.#logger.warn({ err: error }, 'redis does not answer')
        this.#isBeating = false
        this.#mustApply = undefined
      }
      await wait(this.#isBeating ? Math.min(presenceTimeoutMs / 8, beatMsMax) : retryMs)
    }
  }

  async #beat(machine: Machine, beat: number): Promise<void> {
    const args = [machine.replica, String(beat)]
    // What is read meanwhile is newer than the answer.
    const before = { life: this.#life, applied: this.#applied, isLoaded: this.#isLoaded }
    const answer = await this.#run('beat', args)
    const [life, lastId, beats] = answer as [string, string, string[]]
    if (!before.isLoaded || !this.#isLoaded || this.#life !== before.life) return
    const last = Number(lastId.slice(2))
    if (life !== before.life || last < before.applied) {
      this.#logger.warn('redis has lost its data')
      if (life === this.#life) await beginLife(this.#run, life, machine.newborn)
      this.#isLoaded = false
      return
    }
    if (!this.#isBeating) {
      // A replica that comes back reads first what the others have said of it.
      this.#mustApply ??= last
      if (this.#applied < this.#mustApply) return
      this.#mustApply = undefined
      this.#isBeating = true
      this.#presence.forget()
      this.#logger.info('redis answers')
      machine.resumed()
    }
    const others = machine.snapshot.people.map(({ replica }) => replica)
    for (const replica of this.#presence.lost(pairs(beats), others, machine.replica)) {
      await this.append({ kind: 'lose', replica, at: Date.now() })
      await this.#inTime(this.#client.hDel(this.#keys[4] ?? '', replica))
    }
  }

  async #keep(machine: Machine): Promise<void> {
    if (this.#isKeeping) return
    this.#isKeeping = true
    try {
      const now = () => {
        this.#sinceKept = { entries: 0, bytes: 0 }
        return { applied: this.#applied, snapshot: machine.snapshot }
      }
      const kept = await keepState(this.#run, this.#life, now)
      this.#sinceKept = { ...this.#sinceKept, entries: this.#applied - kept }
    } catch (error) {
      this.#logger.warn({ err: error }, 'the state was not kept')
    } finally {
      this.#isKeeping = false
    }
  }
}
