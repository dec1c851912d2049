import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Kysely } from 'kysely'
import type { ExerciseStore } from '../domain/store.ts'
import { refuseGoneOwner } from './gone-owner.ts'
import { nextNumber } from './next-number.ts'
import type { Schema } from './schema.ts'

const columns = [
  'id',
  'title',
  'courseId',
  'maxScore',
  'minScore',
  'orderIndex',
  'description',
  'estimatedTime',
  'ownerId',
] as const

export function createExerciseStore(db: Kysely<Schema>): ExerciseStore {
  const find: ExerciseStore['find'] = (id) =>
    db.selectFrom('exercises').select(columns).where('id', '=', id).executeTakeFirst()
  return {
    find,
    async insert(exercise, needsCourse) {
      await db
        .transaction()
        .execute(async (transaction) => {
          const course = await transaction
            .selectFrom('courses')
            .select('id')
            .where('id', '=', exercise.courseId)
            .executeTakeFirst()
          if (needsCourse && course === undefined) throw new AppError('not_found', 'Course not found')
          await transaction
            .insertInto('exercises')
            .values({ ...exercise, number: nextNumber('exercises') })
            .execute()
        })
        .catch(refuseGoneOwner)
    },
    listOfCourse: (courseId) =>
      db.selectFrom('exercises').select(columns).where('courseId', '=', courseId).orderBy('number').execute(),
    async update(id, changes) {
      if (Object.keys(changes).length > 0)
        await db.updateTable('exercises').set(changes).where('id', '=', id).execute()
      return find(id)
    },
    async delete(id) {
      await db.deleteFrom('exercises').where('id', '=', id).execute()
    },
  }
}
