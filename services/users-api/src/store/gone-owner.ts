import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Database } from './database.ts'

/** The owner of a new row was deleted while they sent it: their token is not valid any more. */
export function refuseGoneOwner({ isForeignKeyViolation }: Database) {
  return (error: unknown): never => {
    throw isForeignKeyViolation(error) ? new AppError('unauthenticated', 'Invalid or expired token') : error
  }
}
