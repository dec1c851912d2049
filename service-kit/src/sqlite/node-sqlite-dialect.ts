import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  type DialectAdapter,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely'
import { LRUCache } from 'lru-cache'
import { throwStorageError } from '../disk-full.ts'

/** How many prepared statements are kept; a program has few texts of SQL and runs them often. */
const statementsMax = 200

/** Kysely's SQLite dialect over the driver that Node brings, with a cache of prepared statements. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync) {
    super({ database: adapt(database) })
  }

  /** SQLite does roll back DDL: a migration that is cut off leaves nothing behind. */
  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter()
  }
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function adapt(database: DatabaseSync): SqliteDatabase {
  const statements = new LRUCache<string, SqliteStatement>({ max: statementsMax })
  return {
    close: () => database.close(),
    prepare(sql) {
      // SQLite itself rolls back at a full disk (lang_transaction, 2.1); a second time would be an error that hides the first.
      if (sql === 'rollback' && !database.isTransaction) return noStatement
      const statement = statements.get(sql) ?? adaptStatement(database.prepare(sql))
      statements.set(sql, statement)
      return statement
    },
  }
}

const noStatement: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  // Kysely knows parameters as unknown; the driver refuses what SQLite cannot store.
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => attempt(() => statement.all(...values(parameters))),
    run: (parameters) => attempt(() => statement.run(...values(parameters))),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}

function attempt<T>(statement: () => T): T {
  try {
    return statement()
  } catch (error) {
    throwStorageError(error)
  }
}
