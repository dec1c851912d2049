import type { ErrorCode } from '../errors/error-codes.ts'

/** The codes of `ERROR` in both modes, each with what it means in the canonical codes of the lab. */
export const historyErrors = {
  /** A message without a byte. */
  empty: 'invalid_argument',
  /** A message of more than MESSAGE_BYTES_MAX bytes. */
  too_long: 'resource_exhausted',
  not_utf8: 'invalid_argument',
  /** The history would be more than HISTORY_BYTES_MAX bytes. */
  history_full: 'resource_exhausted',
  /** As many connections as CONNECTIONS_MAX are open, or RECEIVE_BYTES_MAX bytes of all clients are unfinished. */
  busy: 'unavailable',
  /** The server is about to stop. */
  draining: 'unavailable',
  /** APPEND of a text with a line break. */
  newline: 'invalid_argument',
  /** READ or FOLLOW from 0, FOLLOW from beyond the next message. */
  bad_range: 'out_of_range',
  /** READ or FOLLOW after FOLLOW. */
  following: 'failed_precondition',
  /** A frame of an unknown type, of a wrong shape, of no length or of too much; the server closes after it. */
  bad_frame: 'invalid_argument',
  /** An HTTP request of a web page, which may not write to a port of the machine that shows it. */
  http_request: 'permission_denied',
  /** A message or frame that was not whole IDLE_TIMEOUT_MS after its first byte; the server closes after it. */
  timeout: 'deadline_exceeded',
  /** A fault of the server. */
  internal: 'internal',
} as const satisfies Record<string, ErrorCode>

export type HistoryErrorCode = keyof typeof historyErrors

export function isHistoryErrorCode(code: string): code is HistoryErrorCode {
  return Object.hasOwn(historyErrors, code)
}

/** The line that refuses a plain message. */
export function encodeErrorLine(code: HistoryErrorCode, text: string): string {
  return `ERROR ${code}: ${text}\n`
}

/**
 * Reads a whole plain answer as a refusal, or returns undefined where it is a history. The two cannot be confused:
 * a history has no line break at its end, a refusal always has.
 */
export function decodeErrorLine(answer: string): { code: string; text: string } | undefined {
  const match = /^ERROR ([a-z0-9_]+): ([^\n]*)\n$/.exec(answer)
  return match?.[1] === undefined ? undefined : { code: match[1], text: match[2] ?? '' }
}
