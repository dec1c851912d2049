import { type chatCloses, chatMessages } from '@polyservice-lab/contracts/chat'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

const internal = {
  code: 'internal',
  message: chatMessages.internal,
  status: 500,
  farewell: 'internal',
} as const

/** How each fault is told: by its code and message, by an HTTP status before the handshake, by a close after it. */
const faults = {
  invalid_argument: { ...internal, code: 'invalid_argument', message: chatMessages.malformed, status: 400 },
  unauthenticated: { ...internal, code: 'unauthenticated', message: chatMessages.unauthenticated },
  permission_denied: { ...internal, status: 403 },
  not_found: { ...internal, code: 'not_found', message: chatMessages.noRoom, status: 404 },
  already_exists: internal,
  failed_precondition: internal,
  out_of_range: internal,
  resource_exhausted: {
    ...internal,
    code: 'resource_exhausted',
    message: chatMessages.tooManyRooms,
    farewell: 'flood',
  },
  insufficient_storage: internal,
  cancelled: internal,
  deadline_exceeded: internal,
  unimplemented: { ...internal, status: 426 },
  unavailable: {
    code: 'unavailable',
    message: chatMessages.unavailable,
    status: 503,
    farewell: 'unavailable',
  },
  internal,
} as const satisfies Record<
  ErrorCode,
  { code: ErrorCode; message: string; status: number; farewell: keyof typeof chatCloses }
>

/** Faults that share their code with others. */
const messages: Readonly<Record<string, string>> = {
  person: chatMessages.noPerson,
  too_long: chatMessages.tooLong,
  flood: chatMessages.flood,
}

const detailCharsMax = 200

/** A fault as it is told to people. */
export interface Fault {
  readonly code: ErrorCode
  readonly message: string
  /** What is wrong with which field, in English. */
  readonly detail?: string
}

/** A fault in the words of the chat; that of an unknown error does not tell its text. */
export function toWire(error: unknown): {
  readonly outcome: ErrorCode
  readonly reason: string | undefined
  readonly fault: Fault
  readonly status: number
  readonly farewell: keyof typeof chatCloses
} {
  const known = error instanceof AppError ? error : new AppError('internal', '')
  const { code, message, status, farewell } = faults[known.code]
  const { reason } = known.details
  const text = messages[reason ?? ''] ?? message
  const hasDetail = code === 'invalid_argument' || reason === 'too_long'
  const fault = { code, message: text, ...(hasDetail && { detail: known.message.slice(0, detailCharsMax) }) }
  return { outcome: known.code, reason, fault, status, farewell }
}

/** @param detail names the field */
export function malformed(detail: string, reason?: string): AppError {
  return new AppError('invalid_argument', detail, reason === undefined ? {} : { reason })
}
