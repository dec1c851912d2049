import { type ErrorCode, httpStatuses } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { type HttpAnswer, HttpError, headersOf, problemAnswer } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import { pathOf, versionOf } from './versions.ts'

/** The status of each code, in both versions. */
const statuses = {
  ...httpStatuses,
  resource_exhausted: 413,
} as const satisfies Record<ErrorCode, number>

/** Reasons that HTTP has a status of its own for (RFC 9110, 13.1). */
const statusOfReason: Readonly<Record<string, number>> = { version_mismatch: 412 }

/** What version 1 says, in the words that its clients know. */
const messages: Readonly<Record<string, string>> = {
  email_taken: 'Пользователь с таким email уже существует',
  user_not_found: 'Пользователь не найден',
  user_has_orders: 'У пользователя есть заказы',
  invalid_argument: 'Неверный запрос',
  unauthenticated: 'Неверный токен!',
  not_found: 'Не найдено',
  resource_exhausted: 'Слишком большой запрос',
  unimplemented: 'Метод не поддерживается',
  unavailable: 'Сервис временно недоступен',
  internal: 'Внутренняя ошибка',
}

const internal = new AppError('internal', 'internal error')

/** An error of version 1 whose text its clients know. */
export class MessageError extends AppError {
  constructor(code: ErrorCode, message: string) {
    super(code, message)
    this.name = 'MessageError'
  }
}

/** The answer that tells of an error, in the form of the version that was asked for; of an unknown error it shows nothing. */
export function toWire(thrown: unknown, request?: Request): HttpAnswer {
  const error = thrown instanceof AppError && thrown.code !== 'internal' ? thrown : internal
  const { reason = '' } = error.details
  const status = error instanceof HttpError ? error.status : (statusOfReason[reason] ?? statuses[error.code])
  if (request !== undefined && versionOf(request) === 'v1')
    return { status, headers: headersOf(error), body: JSON.stringify({ message: messageOf(error) }) }
  return problemAnswer(error, status, request === undefined ? '/' : pathOf(request))
}

function messageOf(error: AppError): string {
  if (error instanceof MessageError) return error.message
  const { reason = '', violations = [] } = error.details
  const known = messages[reason] ?? messages[error.code] ?? messages['internal'] ?? ''
  return violations.length === 0 ? known : `${known}: ${violations.map(({ field }) => field).join(', ')}`
}
