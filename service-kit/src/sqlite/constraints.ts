/** Extended result codes of SQLite: https://www.sqlite.org/rescode.html */
const constraintCodes = { foreignKey: 787, primaryKey: 1555, unique: 2067 } as const

function resultCode(error: unknown): number | undefined {
  return error instanceof Error ? (error as Error & { errcode?: number }).errcode : undefined
}

/** Whether a statement failed because another row has the same unique or primary key. */
export function isUniqueViolation(error: unknown): boolean {
  const code = resultCode(error)
  return code === constraintCodes.unique || code === constraintCodes.primaryKey
}

/** Whether a statement failed because of a reference to a row that is not there, or that still is. */
export function isForeignKeyViolation(error: unknown): boolean {
  return resultCode(error) === constraintCodes.foreignKey
}
