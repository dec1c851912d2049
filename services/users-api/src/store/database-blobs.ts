import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { throwStorageError } from '@polyservice-lab/service-kit'
import type { Postgres } from '@polyservice-lab/service-kit/postgres'
import { sql } from 'kysely'
import type { Blobs, BlobWriter } from '../domain/blobs.ts'
import { BlobStorage } from './blob-storage.ts'
import type { SharedSchema } from './schema.ts'

const pieceBytes = 256 * 1024
/** How many bytes of copies stay on the disk, beside those that are being read. */
const copiesBytesMax = 512 * 1024 * 1024
/** After it, what no row names was left behind, and is not being uploaded. */
const leftBehindMs = 3_600_000

/**
 * Bytes in the database, so that every process has them. What is uploaded is gathered on the disk before it goes there,
 * and what is read is copied to the disk once: processes that share the directory share the copies, which never change.
 */
export class DatabaseBlobs implements Blobs {
  readonly #database: Postgres<SharedSchema>
  readonly #directory: string
  readonly #copies: BlobStorage
  readonly #fetching = new Map<string, Promise<void>>()

  constructor(database: Postgres<SharedSchema>, directory: string) {
    this.#database = database
    this.#directory = directory
    this.#copies = new BlobStorage(directory)
  }

  /** Makes the directory and removes what was left behind: pieces that no row names, unfinished files. */
  async sweep(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    await this.#forgetCopies()
    await this.#database.db
      .deleteFrom('pieces')
      .where('writtenAt', '<', sql<Date>`now() - ${`${leftBehindMs} ms`}::interval`)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('contents').select('path').whereRef('contents.blobId', '=', 'pieces.blobId'))),
      )
      .execute()
  }

  async create(): Promise<BlobWriter> {
    const writer = await this.#copies.create()
    return {
      write: (bytes) => writer.write(bytes),
      finish: async () => {
        const blobId = await writer.finish()
        try {
          await this.#store(blobId)
        } catch (error) {
          await this.#copies.remove([blobId])
          throw error
        }
        return blobId
      },
      [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
    }
  }

  async path(blobId: string): Promise<string> {
    const path = await this.#copies.path(blobId)
    const now = new Date()
    // The copy that was not read for longest goes first.
    const isHere = await utimes(path, now, now).then(
      () => true,
      () => false,
    )
    if (!isHere) await this.#fetch(blobId, path)
    return path
  }

  /** What cannot be removed now is removed at the next start. */
  async remove(blobIds: Iterable<string>): Promise<void> {
    const ids = [...blobIds]
    if (ids.length === 0) return
    await this.#copies.remove(ids)
    await this.#database.db
      .deleteFrom('pieces')
      .where('blobId', 'in', ids)
      .execute()
      .catch(() => {})
  }

  async #store(blobId: string): Promise<void> {
    const path = await this.#copies.path(blobId)
    await this.#database.transaction(async (t) => {
      let number = 0
      const keep = (bytes: Uint8Array) =>
        t.insertInto('pieces').values({ blobId, number: number++, bytes }).execute()
      for await (const bytes of createReadStream(path, { highWaterMark: pieceBytes })) await keep(bytes)
      if (number === 0) await keep(new Uint8Array())
    })
  }

  /** One copy at a time of each blob; where the database has no such blob, there is no copy afterwards. */
  #fetch(blobId: string, path: string): Promise<void> {
    const known = this.#fetching.get(blobId)
    if (known !== undefined) return known
    const fetching = this.#copy(blobId, path).finally(() => this.#fetching.delete(blobId))
    this.#fetching.set(blobId, fetching)
    return fetching
  }

  async #copy(blobId: string, path: string): Promise<void> {
    await this.#forgetCopies()
    const temporary = `${path}.${randomUUID()}.part`
    try {
      await using file = await open(temporary, 'wx')
      const pieces = await this.#database.db
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (t) => {
          for (let number = 0; ; number += 1) {
            const piece = await t
              .selectFrom('pieces')
              .select('bytes')
              .where('blobId', '=', blobId)
              .where('number', '=', number)
              .executeTakeFirst()
            if (piece === undefined) return number
            await file.appendFile(piece.bytes)
          }
        })
      if (pieces > 0) await rename(temporary, path)
    } catch (error) {
      throwStorageError(error)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** Removes the oldest copies, beyond what may stay, and files whose writer is gone. */
  async #forgetCopies(): Promise<void> {
    const names = await readdir(this.#directory)
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#directory, name)
        const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }))
        return { path, size, mtimeMs, isPart: name.endsWith('.part') }
      }),
    )
    let bytes = 0
    for (const { path, size, mtimeMs, isPart } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      if (!isPart) bytes += size
      if (isPart ? mtimeMs < Date.now() - leftBehindMs : bytes > copiesBytesMax)
        await rm(path, { force: true })
    }
  }
}
