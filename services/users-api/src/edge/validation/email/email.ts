import { requireString, ScalarError } from '../scalar.ts'
import { EmailSyntaxError } from './characters.ts'
import { refuseDomainLiteral } from './domain-literal.ts'
import { normalizeDomain } from './domain-name.ts'
import { normalizeLocalPart } from './local-part.ts'
import { splitAddress } from './split-address.ts'

/** RFC 5321 section 4.5.3.1.3, in octets. */
const addressBytesMax = 254
const inputCharactersMax = 2048

/** `Name <address>` or `"Name" <address>`; only the address counts. */
const named =
  /^\p{White_Space}*(?:(?:[\p{L}\p{N}\p{M}_!#$%&'*+\-/=?^`{|}~]+\p{White_Space}+)*[\p{L}\p{N}\p{M}_!#$%&'*+\-/=?^`{|}~]+|".+")?\p{White_Space}*<([^\n]+)>\p{White_Space}*$/su

const blanksAround = /^\p{White_Space}+|\p{White_Space}+$/gu

/**
 * An email address in its normal form: no name, no blanks around, the domain in lower case and in Unicode; the part
 * before the @-sign keeps its case.
 * @param charactersMax of the normal form
 * @throws ScalarError
 */
export function parseEmail(input: unknown, charactersMax = Number.POSITIVE_INFINITY): string {
  // Lone surrogates are the business of the rules for addresses.
  if (typeof input !== 'string') return requireString(input)
  const normal = normalizeEmail(input)
  const length = [...normal].length
  if (length <= charactersMax) return normal
  const sentence = `Value should have at most ${charactersMax} items after validation, not ${length}`
  const ctx = { field_type: 'Value', max_length: BigInt(charactersMax), actual_length: BigInt(length) }
  throw new ScalarError('too_long', sentence, ctx)
}

/**
 * The normal form of an address.
 * @throws EmailSyntaxError with a sentence that says what is wrong
 */
export function normalizeEmail(input: string): string {
  if ([...input].length > inputCharactersMax)
    throw new EmailSyntaxError(`Length must not exceed ${inputCharactersMax} characters`)
  const address = (named.exec(input)?.[1] ?? input).replace(blanksAround, '')
  const parts = splitAddress(address)
  const local = normalizeLocalPart(parts.local, parts.quoted)
  if (parts.domain === '') throw new EmailSyntaxError('There must be something after the @-sign.')
  if (parts.domain.startsWith('[') && parts.domain.endsWith(']'))
    refuseDomainLiteral(parts.domain.slice(1, -1))
  const domain = normalizeDomain(parts.domain)
  const normal = `${local}@${domain.unicode}`
  checkLength(parts.written)
  checkLength(normal, 'after normalization')
  checkLength(`${local}@${domain.ascii}`, 'when the part after the @-sign is converted to IDNA ASCII')
  if (!parts.bracketed) return normal
  const sentence = 'A display name and angle brackets around the email address are not permitted here.'
  throw new EmailSyntaxError(sentence)
}

function checkLength(address: string, form?: string): void {
  const over = Buffer.byteLength(address) - addressBytesMax
  if (over <= 0) return
  const plural = over > 1 ? 's' : ''
  const tooLong = 'The email address is too long'
  if (form !== undefined) throw new EmailSyntaxError(`${tooLong} ${form} (${over} byte${plural} too many).`)
  const bytesPerCharacter = Math.max(...[...address].map((character) => Buffer.byteLength(character)))
  const fewest = Math.max(1, Math.floor(over / bytesPerCharacter))
  const range = fewest === over ? String(over) : `${fewest}-${over}`
  throw new EmailSyntaxError(`${tooLong} (${range} character${plural} too many).`)
}
