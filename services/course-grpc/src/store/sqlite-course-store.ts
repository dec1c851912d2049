import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isUniqueViolation, openDatabase } from '@polyservice-lab/service-kit/sqlite'
import type { Kysely } from 'kysely'
import type { Course } from '../domain/course.ts'
import type { CourseStore, Stop } from '../domain/course-store.ts'
import type { CourseRow } from './course-row.ts'
import { createImportStage, removeLeftStages } from './import-stage.ts'
import { migrations, type Schema } from './migrations.ts'

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
  await removeLeftStages(options.dataDir)
  const path = join(options.dataDir, 'courses.sqlite')
  const writer = await openDatabase<Schema>({ path, migrations })
  const reader = new DatabaseSync(path, { readOnly: true })
  return {
    ...createReads(reader),
    ...createWrites(writer),
    stage: () => createImportStage(writer, options),
    [Symbol.asyncDispose]: async () => {
      reader.close()
      await writer.destroy()
    },
  }
}

/**
 * Reads of one turn of the event loop share a transaction: taking and leaving the lock of the log for each costs more
 * than finding a row. What is committed meanwhile is acknowledged in a later turn, so nobody can miss it.
 */
function createReads(reader: DatabaseSync): Pick<CourseStore, 'get' | 'page'> {
  const begin = reader.prepare('BEGIN')
  const commit = reader.prepare('COMMIT')
  const get = reader.prepare('SELECT courseId, title, description FROM courses WHERE courseId = ?')
  const page = reader.prepare(
    'SELECT courseId, title, description FROM courses WHERE courseId > ? ORDER BY courseId LIMIT ?',
  )
  function enterTransaction(): void {
    if (reader.isTransaction) return
    begin.run()
    setImmediate(() => {
      if (reader.isOpen) commit.run()
    })
  }
  // The columns of the statements are those of a row; the driver cannot know that.
  return {
    get(courseId) {
      enterTransaction()
      return get.get(courseId) as unknown as CourseRow | undefined
    },
    page(afterId, limit) {
      enterTransaction()
      return page.all(afterId, limit) as unknown as CourseRow[]
    },
  }
}

function createWrites(
  writer: Kysely<Schema>,
): Pick<CourseStore, 'insert' | 'update' | 'delete' | 'replaceAll'> {
  /** Waits for its turn to write; does nothing where nobody waits for it by then. */
  function write<T>(stop: Stop, run: (database: Kysely<Schema>) => Promise<T>): Promise<T> {
    return writer.connection().execute((database) => {
      stop.throwIfAborted()
      return run(database)
    })
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

    replaceAll: (courses: readonly Course[]) =>
      writer.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('courses').execute()
        await transaction.insertInto('courses').values(courses).execute()
      }),
  }
}
