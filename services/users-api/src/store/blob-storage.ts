import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { throwStorageError } from '@polyservice-lab/service-kit'
import type { Blobs, BlobWriter } from '../domain/blobs.ts'

const temporarySuffix = '.part'

/**
 * Bytes on the disk under names that nobody chooses: an id each. What is being written has a temporary name; it is
 * synced, renamed and its directory synced before anybody hears of its id.
 */
export class BlobStorage implements Blobs {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Makes the directory and removes what no row knows: left by a crash between the bytes and their row. */
  async sweep(known: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    await this.remove((await readdir(this.#directory)).filter((name) => !known.has(name)))
  }

  async create(): Promise<BlobWriter> {
    const path = this.#pathOf(randomUUID())
    return new FileWriter(path, await open(path + temporarySuffix, 'wx').catch(throwStorageError))
  }

  async path(blobId: string): Promise<string> {
    return this.#pathOf(blobId)
  }

  /** What cannot be removed now is removed at the next start. */
  async remove(blobIds: Iterable<string>): Promise<void> {
    await Promise.allSettled([...blobIds].map((blobId) => rm(this.#pathOf(blobId), { force: true })))
  }

  #pathOf(blobId: string): string {
    return join(this.#directory, blobId)
  }
}

class FileWriter implements BlobWriter {
  readonly #path: string
  readonly #file: FileHandle
  #finished = false

  constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#file.appendFile(bytes).catch(throwStorageError)
  }

  /** Its id, when all of it is on the disk. */
  async finish(): Promise<string> {
    await this.#publish().catch(throwStorageError)
    this.#finished = true
    return this.#path.slice(this.#path.lastIndexOf('/') + 1)
  }

  async #publish(): Promise<void> {
    await this.#file.sync()
    await rename(this.#path + temporarySuffix, this.#path)
    await using directory = await open(join(this.#path, '..'))
    await directory.sync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
    if (!this.#finished) await rm(this.#path + temporarySuffix, { force: true })
  }
}
