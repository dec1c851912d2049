import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { lockDirectory, whyNotOpen } from '../directory-lock.ts'
import { NodeSqliteDialect } from './node-sqlite-dialect.ts'

/** How long a statement waits for another connection that holds the lock. */
const busyTimeoutMs = 5_000

export interface DatabaseOptions {
  /** File of the database; it is made where there is none. Its directory must exist, and is for this process alone. */
  readonly path: string
  /** By name; run in the order of their names, each once and whole. */
  readonly migrations: Readonly<Record<string, Migration>>
  /** Reads integers as bigint, so that all of their 64 bits count. Default: false. */
  readonly bigints?: boolean
}

/**
 * Opens a SQLite database and brings it up to date. Foreign keys hold; the log is written ahead and synced at each
 * commit, so that what was acknowledged outlives the process and the machine. There is one connection: transactions
 * run one after the other. Disposing the result (or its `destroy()`) closes the file and gives the directory back.
 * @throws ConfigError when another process has the directory
 * @throws Error that names the file and the reason, when it cannot be opened; or when a migration fails
 */
export async function openDatabase<Schema>(options: DatabaseOptions): Promise<Kysely<Schema>> {
  const file = new LockedDatabase(options)
  const database = new Kysely<Schema>({ dialect: new NodeSqliteDialect(file) })
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...options.migrations }) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return database
  await database.destroy()
  throw error
}

/** The lock of the directory ends with the file. */
class LockedDatabase extends DatabaseSync {
  readonly #lock: Disposable

  constructor({ path, bigints = false }: DatabaseOptions) {
    const lock = lockDirectory(dirname(path))
    try {
      super(path, { enableForeignKeyConstraints: true, readBigInts: bigints, timeout: busyTimeoutMs })
      // Statements that touch many rows need scratch space, and the containers have no writable /tmp.
      this.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;')
    } catch (cause) {
      lock[Symbol.dispose]()
      throw whyNotOpen(path, cause)
    }
    this.#lock = lock
  }

  override close(): void {
    super.close()
    this.#lock[Symbol.dispose]()
  }
}
