import { AppError } from '../app-error.ts'

/** SQLSTATE: https://www.postgresql.org/docs/17/errcodes-appendix.html */
const constraintCodes = { foreignKey: '23503', unique: '23505' } as const
const retryableCodes = new Set(['40001', '40P01'])
const diskFull = '53100'
/** A NUL in a text, or escaped in a jsonb. */
const unstorableCodes = new Set(['22021', '22P05'])
const statementTimeout = '57014'
/** The server refuses or ended the session, or the network does not carry it. */
const lostCodes =
  /^(08...|25P0[34]|53[234]00|57P0[1235]|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$/
const readTimeout = 'Query read timeout'
/** Failures that pg and Kysely tell by their text alone. */
const lostTexts = [
  readTimeout,
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Postgres connection has been discarded',
  'Cannot use a pool after calling end',
  'driver has already been destroyed',
]

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : ''
}

/** Whether a statement, or a commit with deferred constraints, failed because another row has the same key. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === constraintCodes.unique
}

/** Whether a statement failed because of a reference to a row that is not there, or that still is. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === constraintCodes.foreignKey
}

/** Whether the same transaction may succeed when it runs again: a serialization failure or a deadlock. */
export function isRetryable(error: unknown): boolean {
  return retryableCodes.has(codeOf(error))
}

/** Whether a statement failed because the server, the connection to it or a place in the pool is not to be had. */
export function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return lostCodes.test(codeOf(error)) || lostTexts.some((text) => error.message.startsWith(text))
}

/** Whether the server is silent: a frozen one has taken the statement and may still carry it out. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === readTimeout
}

/**
 * What a store throws in place of what pg threw: AppError `unavailable` where the server cannot be had or does not keep
 * up, `insufficient_storage` where its disk is full, `invalid_argument` for a text with U+0000; any other error is
 * itself, without the row that it quotes.
 */
export function classify(error: unknown): unknown {
  const code = codeOf(error)
  if (code === diskFull)
    return new AppError('insufficient_storage', 'there is no room on the disk', { cause: error })
  if (code === statementTimeout || isConnectionFault(error))
    return new AppError('unavailable', 'the database is not available', { cause: error })
  if (unstorableCodes.has(code))
    return new AppError('invalid_argument', 'U+0000 in a text cannot be stored', { cause: error })
  // The detail of a failed constraint prints the whole row, and a logger prints every member of an error.
  if (error instanceof Error && code !== '')
    for (const key of ['detail', 'where']) Reflect.deleteProperty(error, key)
  return error
}

/** Whether PostgreSQL can store a text as it is: no NUL and no lone surrogate. What is not storable is in no row. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
