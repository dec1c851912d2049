import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

export const nameLengthMax = 100
export const emailLengthMax = 254
export const itemsMax = 50
export const quantityMax = 1000
const idempotencyKeyLengthMax = 255

export const emailPattern = /^(?!\.)(?!.*\.\.)([a-z0-9_'+\-.]*)[a-z0-9_+-]@([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/i
const notInNames = /[\p{Cc}\uFFFE\uFFFF]/u
const visibleAscii = /^[\x21-\x7e]+$/

/** Whether a number can be the id of something: an integer from 1 to 2^53-1. */
export function isId(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}

/** The id that a text names: the plain decimal of one; undefined where the text names nothing. */
export function idOfText(text: string): number | undefined {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0
  return isId(id) ? id : undefined
}

/** Cuts white space off both ends (ECMAScript `trim`). */
export function trimName(name: string): string {
  return name.trim()
}

/** Whether a name, its ends cut, has 1 to 100 code points, none a control character, a lone surrogate, U+FFFE or U+FFFF. */
export function isName(name: string): boolean {
  const trimmed = trimName(name)
  // A code point has at most two units; longer texts are not counted.
  if (trimmed === '' || trimmed.length > 2 * nameLengthMax) return false
  return [...trimmed].length <= nameLengthMax && trimmed.isWellFormed() && !notInNames.test(trimmed)
}

export function isEmail(email: string): boolean {
  return email.length <= emailLengthMax && emailPattern.test(email)
}

export function isQuantity(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= quantityMax
}

export function isIdempotencyKey(key: string): boolean {
  return key.length <= idempotencyKeyLengthMax && visibleAscii.test(key)
}

/** What is said of a value that breaks a rule; the value itself is not repeated. */
export const ruleTexts = {
  id: 'must be an integer from 1 to 2^53-1',
  name: `must have 1 to ${nameLengthMax} characters between its ends, no control characters`,
  email: `must be an email address of at most ${emailLengthMax} characters`,
  items: `must have 1 to ${itemsMax} entries`,
  quantity: `must be an integer from 1 to ${quantityMax}`,
  idempotencyKey: `must have 1 to ${idempotencyKeyLengthMax} visible ASCII characters`,
} as const

/**
 * Text that is compared without regard to case: of two texts that differ only in case it makes the same one. Both mappings
 * are needed: a final sigma is lower case, and has the same capital as any other.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase()
}

/** @throws AppError invalid_argument with every violation, where there is one */
export function assertValid(violations: readonly (FieldViolation | false)[]): void {
  const found = violations.filter((violation) => violation !== false)
  if (found.length > 0) throw invalid(found)
}

export function invalid(violations: readonly FieldViolation[]): AppError {
  return new AppError('invalid_argument', 'the request is not valid', { violations })
}

const nameOfResourceLengthMax = 100

/** @param id what was asked for, or nothing where the style names no resources */
export function notFound(kind: 'user' | 'product' | 'order', id?: number | string): AppError {
  const name = id === undefined ? undefined : String(id).slice(0, nameOfResourceLengthMax).toWellFormed()
  return new AppError('not_found', `there is no such ${kind}`, {
    reason: `${kind}_not_found`,
    ...(name !== undefined && { resource: { type: kind, name } }),
  })
}

export function versionMismatch(): AppError {
  return new AppError('failed_precondition', 'it has changed, or is not as the condition wants it', {
    reason: 'version_mismatch',
  })
}
