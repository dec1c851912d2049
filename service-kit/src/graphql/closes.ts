import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { CloseCode } from 'graphql-ws'
import { AppError } from '../app-error.ts'
import type { Close } from '../websocket/index.ts'

/** A close that the protocol of graphql-ws asks for. */
export class GoodbyeError extends Error {
  readonly closeCode: number

  constructor(closeCode: number, reason: string) {
    super(reason)
    this.name = 'GoodbyeError'
    this.closeCode = closeCode
  }
}

/** How the access line names closes of the protocol; others are wrong requests. */
const outcomesOfCloses: Readonly<Record<number, ErrorCode>> = {
  [CloseCode.InternalServerError]: 'internal',
  [CloseCode.Unauthorized]: 'unauthenticated',
  [CloseCode.Forbidden]: 'unauthenticated',
  [CloseCode.ConnectionInitialisationTimeout]: 'deadline_exceeded',
}

/** The close of a WebSocket that an error ends: 1013 for a client that does not read, or that there is no room for. */
export function toClose(thrown: unknown): Close {
  if (thrown instanceof GoodbyeError) {
    const { closeCode, message: reason } = thrown
    return { outcome: outcomesOfCloses[closeCode] ?? 'invalid_argument', closeCode, reason }
  }
  if (thrown instanceof AppError && thrown.code === 'unavailable')
    return { outcome: 'unavailable', closeCode: 1013, reason: thrown.message }
  return { outcome: 'internal', closeCode: CloseCode.InternalServerError, reason: 'internal error' }
}
