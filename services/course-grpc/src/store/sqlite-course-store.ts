import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isUniqueViolation, openDatabase } from '@polyservice-lab/service-kit/sqlite'
import type { Kysely } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Course } from '../domain/course.ts'
import type { CourseStore, Stop } from '../domain/course-store.ts'
import type { CourseRow } from './course-row.ts'
import { createImportStage, removeLeftStages } from './import-stage.ts'
import { migrations, type Schema } from './migrations.ts'

/** How many rows that were read are kept. */
const knownMax = 128

/** In characters: what a page that somebody reads slowly holds in memory, but for its last course. */
const pageCharsMax = 16_384

export interface CourseStoreOptions {
  readonly dataDir: string
  readonly importBytesMax: number
}

/**
 * The catalogue in a SQLite file. Reads have a connection of their own, so that a long import, which holds the
 * writing one, never keeps them waiting: they see what was committed.
 */
export async function openCourseStore(options: CourseStoreOptions): Promise<CourseStore & AsyncDisposable> {
  await mkdir(options.dataDir, { recursive: true })
  const path = join(options.dataDir, 'courses.sqlite')
  const writer = await openDatabase<Schema>({ path, migrations })
  // Not before the directory is this process's alone: another one may be filling them.
  await removeLeftStages(options.dataDir)
  const reader = new DatabaseSync(path, { readOnly: true })
  const { forget, ...reads } = createReads(reader)
  return {
    ...reads,
    ...createWrites(writer, forget),
    stage: () => createImportStage(writer, options, forget),
    [Symbol.asyncDispose]: async () => {
      reader.close()
      await writer.destroy()
    },
  }
}

/**
 * Reads of one turn of the event loop share a transaction: taking and leaving the lock of the log for each costs more
 * than finding a row. Rows that were read are kept until the next write; this process is the only one that writes.
 */
function createReads(reader: DatabaseSync): Pick<CourseStore, 'get' | 'page'> & { forget(): void } {
  const known = new LRUCache<string, CourseRow>({ max: knownMax })
  const begin = reader.prepare('BEGIN')
  const commit = reader.prepare('COMMIT')
  const get = reader.prepare('SELECT courseId, title, description FROM courses WHERE courseId = ?')
  const page = reader.prepare(
    'SELECT courseId, title, description FROM courses WHERE courseId > ? ORDER BY courseId LIMIT ?',
  )
  function enterTransaction(): void {
    if (reader.isTransaction) return
    begin.run()
    setImmediate(leaveTransaction)
  }
  function leaveTransaction(): void {
    if (reader.isOpen && reader.isTransaction) commit.run()
  }
  // The columns of the statements are those of a row; the driver cannot know that.
  return {
    async get(courseId) {
      const kept = known.get(courseId)
      if (kept !== undefined) return kept
      enterTransaction()
      const row = get.get(courseId) as unknown as CourseRow | undefined
      if (row !== undefined) known.set(courseId, row)
      return row
    },
    async page(afterId, limit) {
      enterTransaction()
      const rows: CourseRow[] = []
      let chars = 0
      for (const row of page.iterate(afterId, limit) as Iterable<unknown> as Iterable<CourseRow>) {
        rows.push(row)
        chars += row.title.length + row.description.length
        if (chars >= pageCharsMax) break
      }
      return rows
    },
    /** After a commit and before it is acknowledged: later reads see it. */
    forget() {
      leaveTransaction()
      known.clear()
    },
  }
}

function createWrites(
  writer: Kysely<Schema>,
  committed: () => void,
): Pick<CourseStore, 'insert' | 'update' | 'delete' | 'replaceAll'> {
  /** Waits for its turn to write; does nothing where nobody waits for it by then. */
  function write<T>(stop: Stop, run: (database: Kysely<Schema>) => Promise<T>): Promise<T> {
    const written = writer.connection().execute((database) => {
      stop.throwIfAborted()
      return run(database)
    })
    return written.finally(committed)
  }

  return {
    insert: ({ courseId, title, description }, stop) =>
      write(stop, async (database) => {
        try {
          await database.insertInto('courses').values({ courseId, title, description }).execute()
          return true
        } catch (error) {
          if (isUniqueViolation(error)) return false
          throw error
        }
      }),

    update: (courseId, changes, stop) =>
      write(stop, (database) => {
        // An UPDATE must set something: where nothing changes, the row is as it was.
        const same = { courseId }
        return database
          .updateTable('courses')
          .set({ ...same, ...changes })
          .where('courseId', '=', courseId)
          .returningAll()
          .executeTakeFirst()
      }),

    delete: (courseId, stop) =>
      write(stop, async (database) => {
        const { numDeletedRows } = await database
          .deleteFrom('courses')
          .where('courseId', '=', courseId)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),

    async replaceAll(courses: readonly Course[]) {
      const replaced = writer.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('courses').execute()
        await transaction.insertInto('courses').values(courses).execute()
      })
      await replaced.finally(committed)
    },
  }
}
