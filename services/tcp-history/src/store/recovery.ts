import { open, readFile } from 'node:fs/promises'
import { segmentFiles } from './segment.ts'
import { decodeHeader, headerBytes, readRecord } from './segment-format.ts'

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
 * @throws CorruptLogError for damage anywhere else
 */
export async function recover(directory: string, load: (message: Uint8Array) => void): Promise<Recovered> {
  const files = await segmentFiles(directory)
  let count = 0
  for (const [i, file] of files.entries()) {
    const isLast = i === files.length - 1
    const bytes = await readFile(file)
    const header = decodeHeader(bytes)
    if (header === undefined) {
      // The header is synced before the first record is written, so there was none.
      if (isLast && bytes.length <= headerBytes) return tornHeader(file, bytes.length, count)
      throw new CorruptLogError(file, 0, 'no segment begins like this')
    }
    if (header.first !== count + 1)
      throw new CorruptLogError(file, 8, `it begins with message ${header.first} instead of ${count + 1}`)
    const { records, end } = loadRecords(bytes, header.salt, load)
    count += records
    const tail = { file, salt: header.salt, bytes: end }
    if (end < bytes.length) {
      if (!isLast || hasRecordAfter(bytes, end, header.salt))
        throw new CorruptLogError(file, end, 'a record that does not match its checksum')
      await truncate(file, end)
      return { tail, count, torn: { file, offset: end, bytes: bytes.length - end } }
    }
    if (isLast) return { tail, count, torn: undefined }
  }
  return { tail: undefined, count, torn: undefined }
}

async function tornHeader(file: string, bytes: number, count: number): Promise<Recovered> {
  await truncate(file, 0)
  return { tail: undefined, count, torn: { file, offset: 0, bytes } }
}

function loadRecords(bytes: Buffer, salt: number, load: (message: Uint8Array) => void) {
  let end = headerBytes
  let records = 0
  for (let record = readRecord(bytes, end, salt); record; record = readRecord(bytes, end, salt)) {
    load(record.message)
    records++
    end = record.end
  }
  return { records, end }
}

/** A crash leaves nothing whole behind what it left unfinished; damage does. */
function hasRecordAfter(bytes: Buffer, offset: number, salt: number): boolean {
  for (let at = offset + 1; at < bytes.length; at++)
    if (readRecord(bytes, at, salt) !== undefined) return true
  return false
}

async function truncate(file: string, bytes: number): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.truncate(bytes)
  await handle.sync()
}
