import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { throwStorageError } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Kysely, Transaction } from 'kysely'
import type { CommittedImport, ImportStage, Stop } from '../domain/course-store.ts'
import type { CourseRow } from './course-row.ts'
import type { Schema } from './migrations.ts'

const stagePrefix = 'import-'

/** Courses per INSERT; between two of them other calls have their turn. */
const batchSize = 256

interface StagedCourse extends CourseRow {
  readonly index: number
}

/** Removes what imports left behind when a process was killed. */
export async function removeLeftStages(dataDir: string): Promise<void> {
  const names = await readdir(dataDir)
  const left = names.filter((name) => name.startsWith(stagePrefix))
  await Promise.all(left.map((name) => rm(join(dataDir, name))))
}

/** Sets courses aside in a file of JSON lines, so that neither memory nor the writing connection is held meanwhile. */
export function createImportStage(
  writer: Kysely<Schema>,
  { dataDir, importBytesMax }: { readonly dataDir: string; readonly importBytesMax: number },
  committed: () => void,
): ImportStage {
  const path = join(dataDir, `${stagePrefix}${randomUUID()}.jsonl`)
  const file = createWriteStream(path, { highWaterMark: 256 * 1024 })
  const written = finished(file).catch(throwStorageError)
  // Told to whom awaits it; a disk that fails must not end the process.
  written.catch(() => {})
  let stagedBytes = 0

  return {
    async add(index, { courseId, title, description }) {
      const line = `${JSON.stringify({ index, courseId, title, description } satisfies StagedCourse)}\n`
      stagedBytes += Buffer.byteLength(line)
      if (stagedBytes > importBytesMax)
        throw new AppError('resource_exhausted', `an import may set aside ${importBytesMax} bytes`)
      if (file.errored !== null) throwStorageError(file.errored)
      if (!file.write(line)) await once(file, 'drain').catch(throwStorageError)
    },

    async commit(takenMax, stop) {
      file.end()
      await written
      return writer
        .transaction()
        .execute((transaction) => insertAll(transaction, readBatches(path), takenMax, stop))
        .finally(committed)
    },

    async [Symbol.asyncDispose]() {
      file.destroy()
      await written.catch(() => {})
      await rm(path, { force: true })
    },
  }
}

async function* readBatches(path: string): AsyncGenerator<StagedCourse[]> {
  let batch: StagedCourse[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    batch.push(JSON.parse(line) as StagedCourse)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function insertAll(
  transaction: Transaction<Schema>,
  batches: AsyncIterable<StagedCourse[]>,
  takenMax: number,
  stop: Stop,
): Promise<CommittedImport> {
  let imported = 0
  let takenCount = 0
  const taken: { index: number; courseId: string }[] = []
  for await (const batch of batches) {
    const inserted = await transaction
      .insertInto('courses')
      .values(batch.map(({ courseId, title, description }) => ({ courseId, title, description })))
      .onConflict((conflict) => conflict.doNothing())
      .returning('courseId')
      .execute()
    const left = new Set(inserted.map(({ courseId }) => courseId))
    for (const { index, courseId } of batch) {
      // Of two courses with one id the first was inserted.
      if (left.delete(courseId)) {
        imported++
        continue
      }
      takenCount++
      if (taken.length < takenMax) taken.push({ index, courseId })
    }
    await setImmediate()
    // Thrown, it rolls the transaction back.
    stop.throwIfAborted()
  }
  return { imported, takenCount, taken }
}
