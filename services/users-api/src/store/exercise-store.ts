import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ExerciseStore } from '../domain/store.ts'
import type { Database } from './database.ts'
import { refuseGoneOwner } from './gone-owner.ts'

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

export function createExerciseStore(database: Database): ExerciseStore {
  const { db, transaction, nextNumber, isShared } = database
  const find: ExerciseStore['find'] = (id) =>
    db.selectFrom('exercises').select(columns).where('id', '=', id).executeTakeFirst()
  return {
    find,
    async insert(exercise, needsCourse) {
      await transaction(async (t) => {
        const course = await t
          .selectFrom('courses')
          .select('id')
          .where('id', '=', exercise.courseId)
          .$if(isShared, (query) => query.forShare())
          .executeTakeFirst()
        if (needsCourse && course === undefined) throw new AppError('not_found', 'Course not found')
        await t
          .insertInto('exercises')
          .values({ ...exercise, number: nextNumber('exercises') })
          .execute()
      }).catch(refuseGoneOwner(database))
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
