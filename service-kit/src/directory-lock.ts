import { accessSync, closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from './config.ts'
import { describeFailure } from './describe-failure.ts'

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5

/**
 * Takes a directory for this process alone, until it is disposed of or the process ends, however that comes about. It
 * counts for all processes of the machine, in whichever container: the kernel holds it on the file, there is no
 * process number that another container has as well, and nothing to clean up. Node has no flock; the lock of an empty
 * SQLite database is one.
 * @throws ConfigError that names the directory, and the process that has it or why nobody can write there
 */
export function lockDirectory(directory: string): Disposable {
  try {
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new ConfigError([describeFailure(error)])
  }
  const file = join(directory, 'lock')
  const holder = join(directory, 'lock-holder')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const { errcode } = error as Error & { errcode?: number }
    if (errcode !== sqliteBusy) throw whyNotOpen(file, error)
    throw new ConfigError([
      `${directory} is in use by another process (${attempt(() => readFileSync(holder, 'utf8')) || 'unknown'}); one at a time may have it`,
    ])
  }
  const held = database
  // For people only, so that a disk that is full stops nobody.
  attempt(() =>
    writeFileSync(holder, `process ${process.pid} on host ${hostname()} since ${new Date().toISOString()}`),
  )
  return { [Symbol.dispose]: () => held.close() }
}

/** Says why SQLite could not open or use a file: it keeps the reason of the operating system to itself. */
export function whyNotOpen(file: string, error: unknown): unknown {
  try {
    closeSync(openSync(file, 'r+'))
  } catch (reason) {
    return reason
  }
  return new Error(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error })
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
