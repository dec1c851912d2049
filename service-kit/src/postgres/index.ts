export { isForeignKeyViolation, isStorable, isUniqueViolation } from './errors.ts'
export type { ListenOptions } from './listen.ts'
export { openPostgres, type Postgres, type PostgresOptions } from './open-postgres.ts'
