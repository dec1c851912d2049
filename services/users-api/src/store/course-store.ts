import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Kysely } from 'kysely'
import type { Blobs } from '../domain/blobs.ts'
import type { Course } from '../domain/entities.ts'
import type { CourseStore } from '../domain/store.ts'
import type { Database } from './database.ts'
import { deleteCourses, deleteUnusedFiles, removeUnused } from './deletions.ts'
import type { Schema } from './schema.ts'

export function createCourseStore({ db, transaction, nextNumber }: Database, blobs: Blobs): CourseStore {
  async function find(id: string): Promise<Course | undefined> {
    const row = await selectCourses(db).where('courses.id', '=', id).executeTakeFirst()
    return row && toCourse(row)
  }
  return {
    find,
    async insert(course) {
      return transaction(async (t) => {
        for (const [table, id, name] of [
          ['files', course.previewFileId, 'File'],
          ['users', course.createdByUserId, 'User'],
        ] as const) {
          const row = await t.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst()
          if (row === undefined) throw new AppError('not_found', `${name} not found`)
        }
        await t
          .insertInto('courses')
          .values({ ...course, number: nextNumber('courses') })
          .execute()
        const row = await selectCourses(t).where('courses.id', '=', course.id).executeTakeFirstOrThrow()
        return toCourse(row)
      })
    },
    async listOfUser(userId) {
      const rows = await selectCourses(db)
        .where('courses.createdByUserId', '=', userId)
        .orderBy('courses.number')
        .execute()
      return rows.map(toCourse)
    },
    async update(id, changes) {
      if (Object.keys(changes).length > 0)
        await db.updateTable('courses').set(changes).where('id', '=', id).execute()
      return find(id)
    },
    async delete(id, keepOthersFile) {
      const unused = await transaction(async (t) => {
        const file = await t
          .selectFrom('courses')
          .innerJoin('files', 'files.id', 'courses.previewFileId')
          .select(['files.id', 'files.ownerId', 'courses.createdByUserId'])
          .where('courses.id', '=', id)
          .executeTakeFirst()
        await deleteCourses(t, [id])
        const others = file !== undefined && file.ownerId !== null && file.ownerId !== file.createdByUserId
        if (file !== undefined && !(keepOthersFile && others)) await deleteUnusedFiles(t, [file.id])
        return removeUnused(t)
      })
      await blobs.remove(unused)
    },
  }
}

function selectCourses(db: Kysely<Schema>) {
  return db
    .selectFrom('courses')
    .innerJoin('files', 'files.id', 'courses.previewFileId')
    .innerJoin('users', 'users.id', 'courses.createdByUserId')
    .select([
      'courses.id',
      'courses.title',
      'courses.maxScore',
      'courses.minScore',
      'courses.description',
      'courses.estimatedTime',
      'files.id as fileId',
      'files.filename',
      'files.directory',
      'files.ownerId',
      'users.id as userId',
      'users.email',
      'users.lastName',
      'users.firstName',
      'users.middleName',
    ])
}

type CourseSelection = Awaited<ReturnType<ReturnType<typeof selectCourses>['executeTakeFirstOrThrow']>>

function toCourse(row: CourseSelection): Course {
  const { id, title, maxScore, minScore, description, estimatedTime } = row
  const { fileId, filename, directory, ownerId } = row
  const { userId, email, lastName, firstName, middleName } = row
  return {
    id,
    title,
    maxScore,
    minScore,
    description,
    previewFile: { id: fileId, filename, directory, ownerId },
    estimatedTime,
    createdByUser: { id: userId, email, lastName, firstName, middleName },
  }
}
