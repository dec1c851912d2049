import { type FileHandle, open } from 'node:fs/promises'
import { ConfigError } from '@polyservice-lab/service-kit'
import { segmentFiles } from './segment.ts'
import { decodeHeader, headerBytes, otherVersion, readRecord, recordBytesMax } from './segment-format.ts'

/** Bytes that are read at once: a start needs as much memory beside the history, however long the segments are. */
const readBytes = 1_048_576

/** The log cannot be used: a part of it that once was whole is damaged or missing. */
class CorruptLogError extends Error {
  constructor(file: string, offset: number, problem: string) {
    super(
      `${file}: damaged at byte ${offset}: ${problem}; restore the file from a copy, or cut it off there and lose what follows`,
    )
    this.name = 'CorruptLogError'
  }
}

/** What the log says, and where it goes on. */
export interface Recovered {
  /** The segment to append to; undefined where a new one must be begun. */
  readonly tail: { readonly file: string; readonly salt: number; readonly bytes: number } | undefined
  /** Number of messages in all segments. */
  readonly count: number
  /** A record that a crash left unfinished, and that was cut off. */
  readonly torn: { readonly file: string; readonly offset: number; readonly bytes: number } | undefined
}

/**
 * Reads all segments, calls `load` with each message, and cuts off what a crash left unfinished at the end.
 * @throws ConfigError for segments that another release wrote
 * @throws CorruptLogError for damage anywhere else
 */
export async function recover(directory: string, load: (message: Uint8Array) => void): Promise<Recovered> {
  const files = await segmentFiles(directory)
  let count = 0
  for (const file of files) {
    const isLast = file === files.at(-1)
    await using handle = await open(file, 'r+')
    const { size } = await handle.stat()
    const start = await readAt(handle, 0, headerBytes)
    const version = otherVersion(start)
    if (version !== undefined)
      throw new ConfigError([
        `${file}: written in format ${version}, which this release does not read; move it away, or start with another directory`,
      ])
    const header = decodeHeader(start)
    if (header === undefined) {
      // The header is synced before the first record is written, so there was none.
      if (!isLast || size > headerBytes) throw new CorruptLogError(file, 0, 'no segment begins like this')
      await cutOff(handle, 0)
      return { tail: undefined, count, torn: { file, offset: 0, bytes: size } }
    }
    if (header.first !== count + 1)
      throw new CorruptLogError(file, 8, `it begins with message ${header.first} instead of ${count + 1}`)
    const { records, end } = await loadRecords(handle, header.salt, load)
    count += records
    const tail = { file, salt: header.salt, bytes: end }
    if (end < size) {
      if (!isLast || (await hasRecordAfter(handle, end, size, header.salt)))
        throw new CorruptLogError(file, end, 'a record that does not match its checksum')
      await cutOff(handle, end)
      return { tail, count, torn: { file, offset: end, bytes: size - end } }
    }
    if (isLast) return { tail, count, torn: undefined }
  }
  return { tail: undefined, count, torn: undefined }
}

/** Loads the records of a segment up to the first that is not whole, which begins at `end`. */
async function loadRecords(handle: FileHandle, salt: number, load: (message: Uint8Array) => void) {
  let records = 0
  let end = headerBytes
  let held = Buffer.alloc(0)
  for (;;) {
    const read = await readAt(handle, end + held.length, readBytes)
    held = Buffer.concat([held, read])
    let at = 0
    for (let record = readRecord(held, at, salt); record; record = readRecord(held, at, salt)) {
      load(record.message)
      records++
      at = record.end
    }
    end += at
    held = held.subarray(at)
    if (read.length === 0 || held.length >= recordBytesMax) return { records, end }
  }
}

/** A crash leaves nothing whole behind what it left unfinished; damage does. */
async function hasRecordAfter(handle: FileHandle, offset: number, size: number, salt: number) {
  const bytes = await readAt(handle, offset, size - offset)
  for (let at = 1; at < bytes.length; at++) if (readRecord(bytes, at, salt) !== undefined) return true
  return false
}

/** Up to `length` bytes; fewer where the file ends. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function cutOff(handle: FileHandle, bytes: number): Promise<void> {
  await handle.truncate(bytes)
  await handle.sync()
}
