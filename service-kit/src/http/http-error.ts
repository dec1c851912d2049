import { codeOfHttpStatus } from '@polyservice-lab/contracts/errors'
import { AppError } from '../app-error.ts'

/** A fault that HTTP itself names by a status: 404 for a path that is none, 405, 413. */
export class HttpError extends AppError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(codeOfHttpStatus[status] ?? 'internal', message)
    this.name = 'HttpError'
    this.status = status
    this.headers = headers
  }
}
