import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Integers have 64 bits: both databases take `bigint` for that. */
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
      .addColumn('sizeBytes', 'bigint', (c) => c.notNull())
      .addColumn('modifiedAtMs', 'bigint', (c) => c.notNull())
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
      .addColumn('maxScore', 'bigint')
      .addColumn('minScore', 'bigint')
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
      .addColumn('maxScore', 'bigint')
      .addColumn('minScore', 'bigint')
      .addColumn('orderIndex', 'bigint', (c) => c.notNull())
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
async function indexNumbers(db: Kysely<unknown>): Promise<void> {
  for (const table of numbered)
    await db.schema.createIndex(`${table}_number`).unique().on(table).column('number').execute()
}

const numbered = ['courses', 'exercises'] as const

const numberRows: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of numbered) {
      await db.schema.alterTable(table).addColumn('number', 'bigint').execute()
      await sql`update ${sql.table(table)} set "number" = rowid`.execute(db)
    }
    await indexNumbers(db)
  },
}

/** The numbers of PostgreSQL come from sequences: rows that are added at once do not wait for each other. */
const numberRowsBySequence: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of numbered)
      await db.schema
        .alterTable(table)
        .addColumn('number', 'bigint', (c) => c.notNull().generatedByDefaultAsIdentity())
        .execute()
    await indexNumbers(db)
  },
}

/** What SQLite leaves to files and to the memory of the one process, several share. */
const shareTheRest: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('pieces')
      .addColumn('blobId', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('bytes', 'bytea', (c) => c.notNull())
      .addColumn('writtenAt', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
      .addPrimaryKeyConstraint('pieces_pkey', ['blobId', 'number'])
      .execute()
    // Files are compressed already, more often than not.
    await sql`alter table pieces alter column bytes set storage external`.execute(db)
    await db.schema
      .createTable('secrets')
      .addColumn('name', 'text', (c) => c.primaryKey().notNull())
      .addColumn('value', 'bytea', (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('loginFailures')
      .addColumn('key', 'text', (c) => c.primaryKey().notNull())
      .addColumn('failures', 'float8', (c) => c.notNull())
      .addColumn('updatedAt', 'timestamptz(3)', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('loginFailures_updatedAt').on('loginFailures').column('updatedAt').execute()
  },
}

export const sqliteMigrations = {
  '2026-11-21-create-tables': createTables,
  '2026-11-25-number-rows': numberRows,
}

export const postgresMigrations = {
  '2026-11-21-create-tables': createTables,
  '2026-11-25-number-rows': numberRowsBySequence,
  '2026-11-25-share-the-rest': shareTheRest,
}
