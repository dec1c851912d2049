import { AppError } from './app-error.ts'

/** SQLITE_FULL: https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13

/**
 * Throws what a store throws in place of what a file system or SQLite threw: AppError `insufficient_storage` where the
 * disk is full. Nothing of what was to be kept is; a later call may find room.
 */
export function throwStorageError(error: unknown): never {
  if (!isDiskFull(error)) throw error
  throw new AppError('insufficient_storage', 'there is no room on the disk', { cause: error })
}

export function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number }
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === sqliteFull
}
