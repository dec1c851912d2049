import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeHeader, headerBytes, newSegmentHeader } from './segment-format.ts'

/** A segment that is appended to. */
export interface Segment {
  readonly handle: FileHandle
  readonly salt: number
  /** Its length; what lies behind was never acknowledged. */
  bytes: number
}

/** The segments of a directory in their order; each is named by the sequence number of its first message. */
export async function segmentFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{16}\.log$/.test(name))
  return names.sort().map((name) => join(directory, name))
}

/** Begins a segment. It is on the disk, name and header, when this resolves. */
export async function createSegment(directory: string, first: number): Promise<Segment> {
  const header = newSegmentHeader(first)
  const handle = await open(join(directory, `${String(first).padStart(16, '0')}.log`), 'w+', 0o600)
  try {
    await handle.write(encodeHeader(header))
    await handle.sync()
    await syncDirectory(directory)
  } catch (error) {
    await handle.close()
    throw error
  }
  return { handle, salt: header.salt, bytes: headerBytes }
}

export async function openSegment(tail: { file: string; salt: number; bytes: number }): Promise<Segment> {
  return { handle: await open(tail.file, 'r+'), salt: tail.salt, bytes: tail.bytes }
}

/** A new or a removed name is on the disk when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r')
  await handle.sync()
}
