import { historyErrors, isHistoryErrorCode } from '@polyservice-lab/contracts/tcp-history'
import { LabError } from '../core/lab-error.ts'

const utf8 = new TextEncoder()

/**
 * The bytes of a message.
 * @throws LabError `invalid_argument` for a text that would not arrive as it is: with half of a surrogate pair in it,
 * or with a line break
 */
export function encodeMessage(message: string): Uint8Array {
  if (!message.isWellFormed())
    throw new LabError('invalid_argument', 'the message has half of a surrogate pair in it', {
      status: 'not_utf8',
    })
  if (message.includes('\n'))
    throw new LabError('invalid_argument', 'the message has a line break in it', { status: 'newline' })
  if (message === '') throw new LabError('invalid_argument', 'the message is empty', { status: 'empty' })
  return utf8.encode(message)
}

/** What an ERROR of the server means. */
export function serverError(code: string, text: string): LabError {
  return isHistoryErrorCode(code)
    ? new LabError(historyErrors[code], text, { status: code })
    : new LabError('protocol_error', `unknown error ${code}: ${text}`, { status: code })
}
