import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const createTables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('users')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('email', 'text', (c) => c.notNull().unique())
      .addColumn('passwordHash', 'text', (c) => c.notNull())
      .addColumn('lastName', 'text', (c) => c.notNull())
      .addColumn('firstName', 'text', (c) => c.notNull())
      .addColumn('middleName', 'text', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('contents')
      .addColumn('path', 'text', (c) => c.primaryKey().notNull())
      .addColumn('blobId', 'text', (c) => c.notNull().unique())
      .addColumn('sizeBytes', 'integer', (c) => c.notNull())
      .addColumn('modifiedAtMs', 'integer', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('files')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('filename', 'text', (c) => c.notNull())
      .addColumn('directory', 'text', (c) => c.notNull())
      .addColumn('path', 'text', (c) => c.notNull().references('contents.path'))
      .addColumn('ownerId', 'text', (c) => c.references('users.id'))
      .execute()
    await db.schema
      .createTable('courses')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('maxScore', 'integer')
      .addColumn('minScore', 'integer')
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('previewFileId', 'text', (c) => c.notNull().references('files.id'))
      .addColumn('estimatedTime', 'text')
      .addColumn('createdByUserId', 'text', (c) => c.notNull().references('users.id'))
      .execute()
    // courseId is no foreign key: the open policy does not look for the course.
    await db.schema
      .createTable('exercises')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('title', 'text', (c) => c.notNull())
      .addColumn('courseId', 'text', (c) => c.notNull())
      .addColumn('maxScore', 'integer')
      .addColumn('minScore', 'integer')
      .addColumn('orderIndex', 'integer', (c) => c.notNull())
      .addColumn('description', 'text', (c) => c.notNull())
      .addColumn('estimatedTime', 'text')
      .addColumn('ownerId', 'text', (c) => c.notNull().references('users.id'))
      .execute()
    for (const [table, column] of indexed)
      await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute()
  },
}

/** Columns that rows are looked up by, foreign keys among them. */
const indexed = [
  ['files', 'path'],
  ['files', 'ownerId'],
  ['courses', 'previewFileId'],
  ['courses', 'createdByUserId'],
  ['exercises', 'courseId'],
  ['exercises', 'ownerId'],
] as const

/** Courses and exercises are listed in the order of their creation, by a number of their own. */
const numberRows: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['courses', 'exercises']) {
      await db.schema.alterTable(table).addColumn('number', 'integer').execute()
      await sql`update ${sql.table(table)} set "number" = rowid`.execute(db)
      await db.schema.createIndex(`${table}_number`).unique().on(table).column('number').execute()
    }
  },
}

export const migrations = {
  '2026-11-21-create-tables': createTables,
  '2026-11-25-number-rows': numberRows,
}
