import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5

/**
 * Takes a directory for this process alone, until it is disposed of or the process ends, however that comes about. It
 * counts for all processes of the machine, in whichever container: the kernel holds it on the file, there is no
 * process number that another container has as well, and nothing to clean up. Node has no flock; the lock of an empty
 * SQLite database is one.
 * @throws Error that names the directory where another process has it
 */
export function lockDirectory(directory: string): Disposable {
  accessSync(directory, constants.W_OK)
  const file = join(directory, 'lock')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const { errcode, message } = error as Error & { errcode?: number }
    throw new Error(
      errcode === sqliteBusy
        ? `${directory} is in use by another process; one at a time may have it`
        : `${file}: ${message}`,
      { cause: error },
    )
  }
  const held = database
  return { [Symbol.dispose]: () => held.close() }
}
