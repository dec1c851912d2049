import { writeSync } from 'node:fs'
import { mkdir, unlink } from 'node:fs/promises'
import { isDiskFull, throwStorageError } from '@polyservice-lab/service-kit'
import { lockDirectory } from '@polyservice-lab/service-kit/directory-lock'
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
  /**
   * Is told that the disk failed, and must end the process: what the disk holds is unknown from then on, so nothing is
   * written any more, and whoever waits for an append never learns more than that the connection is gone.
   */
  readonly onDiskFailure: (error: unknown) => void
}

/** What waits for its turn at the file: messages that are written together, or the order to forget everything. */
interface Job extends PromiseWithResolvers<void> {
  readonly messages: Uint8Array[] | 'clear'
  /** What the messages cost in memory. */
  bytes: number
}

/** A batch that costs as much does not wait for more messages. */
const batchBytesMax = 1_048_576
/** What a message costs beside its bytes: its view, its promises. */
const messageCost = 512

/**
 * The log: messages in files that are only ever appended to. Messages that arrive while others are on their way to
 * the disk are written, and synced, together.
 */
export class SegmentLog implements HistoryStore {
  readonly #options: SegmentLogOptions
  readonly #jobs: Job[] = []
  #lock: Disposable | undefined
  #segment: Segment | undefined
  /** Whether the disk had room for the last write. */
  #room = true
  /** Sequence number of the message that is written next. */
  #next = 1
  #turn: NodeJS.Immediate | undefined
  #working: Promise<void> | undefined
  #syncTimer: NodeJS.Timeout | undefined
  #syncing: Promise<void> | undefined

  constructor(options: SegmentLogOptions) {
    this.#options = options
  }

  async open(load: (message: Uint8Array) => void): Promise<void> {
    const { directory, logger } = this.#options
    await mkdir(directory, { recursive: true })
    const lock = lockDirectory(directory)
    try {
      const { tail, count, torn } = await recover(directory, load)
      if (torn) logger.warn(torn, 'cut off a record that a crash left unfinished')
      this.#next = count + 1
      this.#segment = tail ? await openSegment(tail) : await createSegment(directory, this.#next)
      logger.info({ directory, messages: count }, 'the log is open')
    } catch (error) {
      lock[Symbol.dispose]()
      throw error
    }
    this.#lock = lock
  }

  append(message: Uint8Array): Promise<void> {
    let job = this.#jobs.at(-1)
    if (job === undefined || job.messages === 'clear' || job.bytes >= batchBytesMax) job = this.#add([])
    if (job.messages !== 'clear') job.messages.push(message)
    job.bytes += message.length + messageCost
    if (job.bytes >= batchBytesMax) this.#work()
    return job.promise
  }

  clear(): Promise<void> {
    return this.#add('clear').promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#work()
    await this.#working
    clearTimeout(this.#syncTimer)
    await this.#syncing
    await this.#segment?.handle.datasync()
    await this.#segment?.handle.close()
    this.#segment = undefined
    this.#lock?.[Symbol.dispose]()
  }

  #add(messages: Job['messages']): Job {
    const job = { messages, bytes: 0, ...Promise.withResolvers<void>() }
    this.#jobs.push(job)
    // Not at once: what all connections have to append in this turn of the event loop goes along.
    this.#turn ??= setImmediate(() => this.#work())
    return job
  }

  #work(): void {
    clearImmediate(this.#turn)
    this.#turn = undefined
    this.#working ??= this.#doJobs().finally(() => {
      this.#working = undefined
    })
  }

  async #doJobs(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift())
      await this.#do(job.messages).then(job.resolve, job.reject)
  }

  async #do(messages: Job['messages']): Promise<void> {
    try {
      // What is half cleared is no log: the next start tells what there is.
      if (messages === 'clear') await this.#clear().catch((error) => this.#failed(error))
      else await this.#write(messages)
      this.#tellRoom(true)
    } catch (error) {
      // A disk that is full is no fault: whoever asks later may find room.
      if (isDiskFull(error)) this.#tellRoom(false)
      throwStorageError(error)
    }
  }

  /** Logs when the disk gets full and when it is no longer, not each message that it has no room for. */
  #tellRoom(room: boolean): void {
    if (room === this.#room) return
    this.#room = room
    const { directory, logger } = this.#options
    if (room) logger.info({ directory }, 'the disk has room again')
    else logger.warn({ directory }, 'the disk is full: messages are refused')
  }

  async #write(messages: readonly Uint8Array[]): Promise<void> {
    const { fsync, segmentBytesMax } = this.#options
    if (this.#openSegment().bytes >= segmentBytesMax) await this.#beginSegment()
    const segment = this.#openSegment()
    const records = Buffer.allocUnsafe(encodedBytes(messages))
    encodeRecords(records, messages, segment.salt)
    try {
      writeAt(segment.handle.fd, records, segment.bytes)
    } catch (error) {
      // Else a part of what was refused would come back with the next start.
      await segment.handle.truncate(segment.bytes).catch((failure) => this.#failed(failure))
      throw error
    }
    segment.bytes += records.length
    this.#next += messages.length
    if (fsync === 'always') await this.#sync(segment)
    else this.#syncLater()
  }

  #syncLater(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined
      this.#syncing = this.#sync(this.#openSegment()).finally(() => {
        this.#syncing = undefined
      })
    }, this.#options.fsyncIntervalMs)
  }

  async #sync(segment: Segment): Promise<void> {
    await segment.handle.datasync().catch((error) => this.#failed(error))
  }

  /**
   * Does not resolve, and lets nothing be done any more: after a failure a second sync would succeed without having
   * written anything.
   */
  #failed(error: unknown): Promise<never> {
    const never = new Promise<never>(() => {})
    this.#working = never
    this.#segment?.handle.close().catch(() => {})
    this.#segment = undefined
    this.#options.onDiskFailure(error)
    return never
  }

  /** The next segment begins when the last one is on the disk: a gap between two would be taken for damage. */
  async #beginSegment(): Promise<void> {
    const last = await this.#syncedSegment()
    this.#segment = await createSegment(this.#options.directory, this.#next)
    await last.handle.close()
  }

  async #clear(): Promise<void> {
    const { directory } = this.#options
    const last = await this.#syncedSegment()
    // The last first: a crash on the way leaves a log that is shorter, not one with a gap.
    for (const file of (await segmentFiles(directory)).reverse()) await unlink(file)
    await syncDirectory(directory)
    this.#next = 1
    this.#segment = await createSegment(directory, 1)
    await last.handle.close()
  }

  async #syncedSegment(): Promise<Segment> {
    clearTimeout(this.#syncTimer)
    this.#syncTimer = undefined
    await this.#syncing
    const segment = this.#openSegment()
    await this.#sync(segment)
    return segment
  }

  #openSegment(): Segment {
    if (this.#segment === undefined) throw new Error('the log is not open')
    return this.#segment
  }
}

/**
 * Writes to the page cache, which takes microseconds, in the event loop: a thread of the pool would take ten times as
 * long, most of it waiting. A sync, which waits for the disk, is left to the pool.
 */
function writeAt(fd: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at)
}
