import { writeSync } from 'node:fs'
import { mkdir, unlink } from 'node:fs/promises'
import type { HistoryStore } from '../domain/history-store.ts'
import { recover } from './recovery.ts'
import { createSegment, openSegment, type Segment, segmentFiles, syncDirectory } from './segment.ts'
import { encodedBytes, encodeRecords } from './segment-format.ts'

export interface SegmentLogOptions {
  readonly directory: string
  readonly fsync: 'always' | 'interval'
  readonly fsyncIntervalMs: number
  readonly segmentBytesMax: number
  readonly logger: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
  /** Is told that the disk failed: what it holds is unknown from then on, and the process must end. */
  readonly onDiskFailure: (error: unknown) => void
}

/** What waits for its turn at the file: messages that are written together, or the order to forget everything. */
interface Job extends PromiseWithResolvers<void> {
  readonly messages: Uint8Array[] | 'clear'
}

/**
 * The log: messages in files that are only ever appended to. Messages that arrive while others are on their way to
 * the disk are written, and synced, together.
 */
export class SegmentLog implements HistoryStore {
  readonly #options: SegmentLogOptions
  readonly #jobs: Job[] = []
  #segment: Segment | undefined
  /** Sequence number of the message that is written next. */
  #next = 1
  #working: Promise<void> | undefined
  #syncTimer: NodeJS.Timeout | undefined
  #syncing: Promise<void> | undefined

  constructor(options: SegmentLogOptions) {
    this.#options = options
  }

  async open(load: (message: Uint8Array) => void): Promise<void> {
    const { directory, logger } = this.#options
    await mkdir(directory, { recursive: true })
    const { tail, count, torn } = await recover(directory, load)
    if (torn) logger.warn(torn, 'cut off a record that a crash left unfinished')
    this.#next = count + 1
    this.#segment = tail ? await openSegment(tail) : await createSegment(directory, this.#next)
    logger.info({ directory, messages: count }, 'the log is open')
  }

  append(message: Uint8Array): Promise<void> {
    const last = this.#jobs.at(-1)
    if (last !== undefined && last.messages !== 'clear') {
      last.messages.push(message)
      return last.promise
    }
    return this.#add([message])
  }

  clear(): Promise<void> {
    return this.#add('clear')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#working
    clearTimeout(this.#syncTimer)
    await this.#syncing
    await this.#segment?.handle.datasync()
    await this.#segment?.handle.close()
    this.#segment = undefined
  }

  #add(messages: Job['messages']): Promise<void> {
    const job = { messages, ...Promise.withResolvers<void>() }
    this.#jobs.push(job)
    // Not at once: what the other connections have to append in this turn of the event loop goes along.
    this.#working ??= new Promise((resolve) => setImmediate(() => resolve(this.#work())))
    return job.promise
  }

  async #work(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      try {
        if (job.messages === 'clear') await this.#clear()
        else await this.#write(job.messages)
        job.resolve()
      } catch (error) {
        job.reject(error)
      }
    }
    this.#working = undefined
  }

  async #write(messages: readonly Uint8Array[]): Promise<void> {
    const { fsync, segmentBytesMax, directory } = this.#options
    let segment = this.#openSegment()
    if (segment.bytes >= segmentBytesMax) {
      await this.#closeSegment()
      segment = await createSegment(directory, this.#next)
      this.#segment = segment
    }
    await this.#writeRecords(segment, messages)
    this.#next += messages.length
    if (fsync === 'always') await this.#sync(segment)
    else this.#syncLater()
  }

  /**
   * Writes to the page cache, which takes microseconds, in the event loop: a thread of the pool would take ten times
   * as long, most of it waiting. The sync, which waits for the disk, is left to the pool.
   */
  async #writeRecords(segment: Segment, messages: readonly Uint8Array[]): Promise<void> {
    const records = Buffer.allocUnsafe(encodedBytes(messages))
    encodeRecords(records, messages, segment.salt)
    try {
      for (let at = 0; at < records.length; )
        at += writeSync(segment.handle.fd, records, at, records.length - at, segment.bytes + at)
    } catch (error) {
      // Else a part of what was refused would come back with the next start.
      await segment.handle.truncate(segment.bytes).catch(this.#options.onDiskFailure)
      throw error
    }
    segment.bytes += records.length
  }

  #syncLater(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined
      const segment = this.#openSegment()
      this.#syncing = this.#sync(segment)
        .catch(() => undefined)
        .finally(() => {
          this.#syncing = undefined
        })
    }, this.#options.fsyncIntervalMs)
  }

  /** After a failure a second sync would succeed without having written anything, so there is none. */
  async #sync(segment: Segment): Promise<void> {
    try {
      await segment.handle.datasync()
    } catch (error) {
      this.#options.onDiskFailure(error)
      throw error
    }
  }

  async #closeSegment(): Promise<void> {
    clearTimeout(this.#syncTimer)
    this.#syncTimer = undefined
    await this.#syncing
    const segment = this.#openSegment()
    await this.#sync(segment)
    await segment.handle.close()
  }

  async #clear(): Promise<void> {
    const { directory } = this.#options
    await this.#closeSegment()
    // The last first: a crash on the way leaves a log that is shorter, not one with a gap.
    for (const file of (await segmentFiles(directory)).reverse()) await unlink(file)
    await syncDirectory(directory)
    this.#next = 1
    this.#segment = await createSegment(directory, 1)
  }

  #openSegment(): Segment {
    if (this.#segment === undefined) throw new Error('the log is not open')
    return this.#segment
  }
}
