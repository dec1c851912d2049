import { AppError } from './app-error.ts'

/** SQLITE_FULL: https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13

/** There is no room for what was to be kept. Nothing of it is; whoever asks later may find room. */
export class DiskFullError extends AppError {
  constructor(cause: unknown) {
    super('resource_exhausted', 'there is no room on the disk')
    this.cause = cause
  }
}

/** Throws what a store throws in place of what a file system or SQLite threw: DiskFullError where that was the reason. */
export function throwStorageError(error: unknown): never {
  throw isDiskFull(error) ? new DiskFullError(error) : error
}

export function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number }
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === sqliteFull
}
