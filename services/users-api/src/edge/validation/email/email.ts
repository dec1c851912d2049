import { requireString, ScalarError } from '../scalar.ts'
import { display, refuseAddress, refuseOthers, refuseUnsafe } from './characters.ts'
import { countCharacters, normalizeDomain } from './domain.ts'

const inputCharactersMax = 2048
/** RFC 5321 section 4.5.3.1: of an address in octets, of the part before the @-sign in characters. */
const addressBytesMax = 254
const localPartMax = 64

const blanksAround = /^\p{White_Space}+|\p{White_Space}+$/gu
/** `Name <address>` or `"Name" <address>`; only the address counts. */
const named =
  /^\p{White_Space}*(?:(?:[\p{L}\p{N}\p{M}_!#$%&'*+\-/=?^`{|}~]+\p{White_Space}+)*[\p{L}\p{N}\p{M}_!#$%&'*+\-/=?^`{|}~]+|".+")?\p{White_Space}*<([^\n]+)>\p{White_Space}*$/su
const displayNameCharacter = /[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~ ]/

/** RFC 5322 section 3.2.3: atoms between dots; RFC 6531 section 3.3 adds all that is not ASCII. */
const atomCharacter = /[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~.\u{80}-\u{10ffff}]/u

/** RFC 2142: these mailboxes are the same in any case. */
const roleName =
  /^(?:info|marketing|sales|support|abuse|noc|security|postmaster|hostmaster|usenet|news|webmaster|www|uucp|ftp)$/i

/**
 * An email address in its normal form: no name, no blanks around, the domain in lower case and in Unicode; the part
 * before the @-sign keeps its case.
 * @param charactersMax of the normal form
 * @throws ScalarError with a sentence that says what is wrong
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

function normalizeEmail(input: string): string {
  if ([...input].length > inputCharactersMax)
    refuseAddress(`Length must not exceed ${inputCharactersMax} characters`)
  const written = (named.exec(input)?.[1] ?? input).replace(blanksAround, '')
  const [left, right] = splitUnquoted(written, '@<')
  const isBracketed = right.startsWith('<')
  const [localWritten, domainWritten] = isBracketed
    ? splitUnquoted(insideBrackets(left.trimEnd(), right), '@')
    : [left, right]
  const local = normalizeLocalPart(localWritten)
  const domain = normalizeDomain(domainWritten.slice(1))
  const normal = `${local}@${domain.unicode}`
  checkLength(localWritten + domainWritten)
  checkLength(normal, 'after normalization')
  checkLength(`${local}@${domain.ascii}`, 'when the part after the @-sign is converted to IDNA ASCII')
  if (isBracketed)
    refuseAddress('A display name and angle brackets around the email address are not permitted here.')
  return normal
}

/** Splits before the first of the characters that is not quoted. */
function splitUnquoted(text: string, specials: string): [left: string, right: string] {
  const [left = ''] = /^(?:[^"@<]|"(?:[^"\\]|\\.?)*(?:"|$))*/s.exec(text) ?? []
  if (left.length === text.length) refuseAddress('An email address must have an @-sign.')
  if (specials.includes(text.charAt(left.length))) return [left, text.slice(left.length)]
  const [further, right] = splitUnquoted(text.slice(left.length + 1), specials)
  return [text.slice(0, left.length + 1) + further, right]
}

function insideBrackets(name: string, bracketed: string): string {
  const nameSentence = 'The display name contains invalid characters when not quoted'
  if (unquote(name) === undefined) refuseOthers(name, displayNameCharacter, nameSentence)
  const sentence = 'has to be followed by a close angle bracket at the end.'
  if (!bracketed.includes('>'))
    refuseAddress(`An open angle bracket at the start of the email address ${sentence}`)
  const trimmed = bracketed.replace(/ +$/, '')
  if (!trimmed.endsWith('>')) refuseAddress("There can't be anything after the email address.")
  return trimmed.slice(1).replace(/>+$/, '')
}

/** What stands between quotes, its escapes taken away; undefined where there are none. */
function unquote(text: string): string | undefined {
  const [, inQuotes, after = ''] = /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(text) ?? []
  if (after === '') return inQuotes?.replace(/\\(.)/gs, '$1')
  return refuseAddress(`Extra character(s) found after close quote: ${[...after].map(display).join(', ')}`)
}

/** The part before the @-sign in its normal form (NFC). */
function normalizeLocalPart(written: string): string {
  const inQuotes = unquote(written)
  const local = inQuotes ?? written
  if (local === '') refuseAddress('There must be something before the @-sign.')
  const over = [...local].length - localPartMax
  if (over > 0)
    refuseAddress(`The email address is too long before the @-sign (${countCharacters(over)} too many).`)
  if (inQuotes !== undefined) refuseAddress('Quoting the part before the @-sign is not allowed here.')
  refuseOthers(local, atomCharacter, 'The email address contains invalid characters before the @-sign')
  if (local.endsWith('.'))
    refuseAddress('An email address cannot have a period immediately before the @-sign.')
  if (local.startsWith('.')) refuseAddress('An email address cannot start with a period.')
  if (local.includes('..')) refuseAddress('An email address cannot have two periods in a row.')
  refuseUnsafe(local)
  return roleName.test(local) ? local.toLowerCase() : local.normalize('NFC')
}

function checkLength(address: string, form = ''): void {
  const over = Buffer.byteLength(address) - addressBytesMax
  if (over <= 0) return
  const tooLong = 'The email address is too long'
  if (form === '') refuseAddress(`${tooLong} (${countCharacters(over)} too many).`)
  refuseAddress(`${tooLong} ${form} (${over} byte${over === 1 ? '' : 's'} too many).`)
}
