import { isUtf8 } from 'node:buffer'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** The longest message that any configuration allows, in bytes. */
export const messageBytesLimit = 1_000_000

const newline = 0x0a

/**
 * What may become a part of the history.
 * @throws AppError with the reason `empty`, `too_long`, `newline` or `not_utf8`
 */
export function checkMessage(message: Uint8Array, messageBytesMax: number): void {
  if (message.length === 0)
    throw new AppError('invalid_argument', 'a message has at least one byte', { reason: 'empty' })
  if (message.length > messageBytesMax)
    throw new AppError('resource_exhausted', `a message has at most ${messageBytesMax} bytes`, {
      reason: 'too_long',
    })
  if (message.includes(newline))
    throw new AppError('invalid_argument', 'a message has no line break', { reason: 'newline' })
  if (!isUtf8(message))
    throw new AppError('invalid_argument', 'a message is text in UTF-8', { reason: 'not_utf8' })
}
