import type { Migration } from 'kysely/migration'
import { seed } from '../domain/course.ts'
import type { CourseRow } from './course-row.ts'

export interface Schema {
  readonly courses: CourseRow
}

/** By name, in the order in which they run. One that was released never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-21-courses': {
    async up(db) {
      await db.schema
        .createTable('courses')
        .addColumn('courseId', 'text', (column) => column.primaryKey())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .execute()
      await db.insertInto('courses').values(seed).execute()
    },
  },
}
