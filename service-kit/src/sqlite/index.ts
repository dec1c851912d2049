export { isForeignKeyViolation, isUniqueViolation } from './constraints.ts'
export { type DatabaseOptions, openDatabase } from './open-database.ts'
