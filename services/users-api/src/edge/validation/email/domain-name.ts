import { domainToASCII, domainToUnicode } from 'node:url'
import { checkUnsafe, displayOthers, EmailSyntaxError } from './characters.ts'
import { checkLabel } from './idna-label.ts'

const hostnameCharacter = /[a-zA-Z0-9\-.\u{80}-\u{10ffff}]/u
/** Characters that Unicode's mapping for domain names (UTS 46) refuses or turns into dots. */
const mappable =
  /(?![\u{80}-\u{9f}\u2024-\u2026\u2028-\u202e])(?:[^\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]|[\u00ad\u2010-\u2060\u2064])/u
const label = '(?:(?:[a-zA-Z0-9][a-zA-Z0-9-]*)?[a-zA-Z0-9])'
const asciiHostname = new RegExp(`^${label}(?:\\.${label})*$`)

/** RFC 1035 section 2.3.1 and RFC 5321 section 4.5.3.1.2, in octets. */
const labelMax = 63
const domainMax = 253

/** Domains that no mail can be sent to: IANA's registry of special-use names. */
const specialUse = ['arpa', 'invalid', 'local', 'localhost', 'onion', 'test']

export interface DomainName {
  /** What a person reads: Unicode. */
  readonly unicode: string
  /** What goes over the wire: ASCII, labels in Punycode. */
  readonly ascii: string
}

/**
 * A domain name in its normal forms (UTS 46, IDNA 2008: RFC 5891).
 * @throws EmailSyntaxError
 */
export function normalizeDomain(written: string): DomainName {
  const sentence = 'The part after the @-sign contains invalid characters'
  refuseOthers(written, hostnameCharacter, sentence)
  checkUnsafe(written)
  refuseOthers(written, mappable, sentence)
  const mapped = mapCharacters(written)
  refuseOthers(mapped, hostnameCharacter, `${sentence} after Unicode normalization`)
  checkDots(mapped)
  const ascii = asciiHostname.test(mapped) ? mapped : encode(mapped)
  checkLengths(ascii, written)
  checkDelivery(ascii)
  return { ascii, unicode: decode(ascii) }
}

function refuseOthers(value: string, allowed: RegExp, sentence: string): void {
  const others = displayOthers(value, allowed)
  if (others !== undefined) throw new EmailSyntaxError(`${sentence}: ${others}.`)
}

/** UTS 46 without the transitional rules: case is folded, forms are composed, other full stops become dots. */
function mapCharacters(domain: string): string {
  return domain
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/[\u00ad\u200b\u2060\u2064\ufeff]|\p{Variation_Selector}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
}

function checkDots(domain: string): void {
  const fail = (sentence: string): never => {
    throw new EmailSyntaxError(`An email address cannot ${sentence}.`)
  }
  if (domain.endsWith('.')) fail('end with a period')
  if (domain.startsWith('.')) fail('have a period immediately after the @-sign')
  if (domain.includes('..')) fail('have two periods in a row')
  if (domain.endsWith('-')) fail('end with a hyphen')
  if (domain.startsWith('-')) fail('have a hyphen immediately after the @-sign')
  if (domain.includes('.-') || domain.includes('-.')) fail('have a period and a hyphen next to each other')
  if (domain.split('.').some((part) => /^(?!xn)..--/iu.test(part))) {
    const where = 'immediately after the @-sign or after a period, except Punycode'
    fail(`have two letters followed by two dashes ${where}`)
  }
}

function encode(domain: string): string {
  const labels = domain.split('.').map((part) => {
    checkLabel(part, 'The part after the @-sign is invalid')
    if (asciiHostname.test(part)) return part
    const encoded = domainToASCII(part)
    if (encoded.length <= labelMax && encoded !== '') return encoded
    const problem = encoded === '' ? 'Label is not valid' : 'Label too long'
    throw new EmailSyntaxError(`The part after the @-sign is invalid (${problem}).`)
  })
  return labels.join('.')
}

function checkLengths(ascii: string, written: string): void {
  const over = ascii.length - domainMax
  if (over > 0) {
    const tooLong = 'The email address is too long after the @-sign'
    const plural = over === 1 ? '' : 's'
    throw new EmailSyntaxError(
      ascii === written
        ? `${tooLong} (${over} character${plural} too many).`
        : `${tooLong} (${over} byte${plural} too many after IDNA encoding).`,
    )
  }
  const long = ascii.split('.').find((part) => part.length > labelMax)
  if (long === undefined) return
  const more = long.length - labelMax
  const sentence = 'After the @-sign, periods cannot be separated by so many characters'
  throw new EmailSyntaxError(`${sentence} (${more} character${more === 1 ? '' : 's'} too many).`)
}

function checkDelivery(ascii: string): void {
  const notValid = 'The part after the @-sign is not valid.'
  if (!ascii.includes('.')) throw new EmailSyntaxError(`${notValid} It should have a period.`)
  if (!/[a-z]$/i.test(ascii))
    throw new EmailSyntaxError(`${notValid} It is not within a valid top-level domain.`)
  if (!specialUse.some((name) => ascii === name || ascii.endsWith(`.${name}`))) return
  const sentence = 'is a special-use or reserved name that cannot be used with email.'
  throw new EmailSyntaxError(`The part after the @-sign ${sentence}`)
}

function decode(ascii: string): string {
  return ascii
    .split('.')
    .map((part) => {
      if (!part.startsWith('xn--')) return part
      const problem = 'The part after the @-sign is not valid IDNA'
      if (part.endsWith('-')) throw new EmailSyntaxError(`${problem} (A-label must not end with a hyphen).`)
      const decoded = domainToUnicode(part)
      if (decoded === '' || decoded === part || decoded.includes('\ufffd'))
        throw new EmailSyntaxError(`${problem} (Invalid A-label).`)
      checkLabel(decoded, problem)
      return decoded
    })
    .join('.')
}
