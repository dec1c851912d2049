import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { refuseAddress, refuseOthers, refuseUnsafe } from './characters.ts'

const hostnameCharacter = /[a-zA-Z0-9\-.\u{80}-\u{10ffff}]/u
/** Characters that Unicode's mapping for domain names (UTS 46) refuses or turns into dots. */
const mappable =
  /(?![\u{80}-\u{9f}\u2024-\u2026\u2028-\u202e])(?:[^\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]|[\u00ad\u2010-\u2060\u2064])/u
const asciiHostname = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i

const misplaced: readonly (readonly [RegExp, string])[] = [
  [/\.$/, 'end with a period'],
  [/^\./, 'have a period immediately after the @-sign'],
  [/\.\./, 'have two periods in a row'],
  [/-$/, 'end with a hyphen'],
  [/^-/, 'have a hyphen immediately after the @-sign'],
  [/\.-|-\./, 'have a period and a hyphen next to each other'],
  [
    /(?:^|\.)(?!xn)[^.]{2}--/iu,
    'have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode',
  ],
]

/** RFC 1035 section 2.3.1 and RFC 5321 section 4.5.3.1.2, in octets. */
const labelMax = 63
const domainMax = 253

/** Domains that no mail can be sent to: IANA's registry of special-use names. */
const specialUse = /(?:^|\.)(?:arpa|invalid|local|localhost|onion|test)$/

/**
 * A domain name in its normal forms (UTS 46, IDNA 2008: RFC 5891): Unicode for people, ASCII for the wire.
 * @throws ScalarError
 */
export function normalizeDomain(written: string): { readonly unicode: string; readonly ascii: string } {
  if (written === '') refuseAddress('There must be something after the @-sign.')
  if (/^\[.*\]$/s.test(written)) refuseLiteral(written.slice(1, -1))
  const invalid = 'The part after the @-sign contains invalid characters'
  refuseOthers(written, hostnameCharacter, invalid)
  refuseUnsafe(written)
  refuseOthers(written, mappable, invalid)
  const mapped = mapCharacters(written)
  refuseOthers(mapped, hostnameCharacter, `${invalid} after Unicode normalization`)
  for (const [pattern, what] of misplaced)
    if (pattern.test(mapped)) refuseAddress(`An email address cannot ${what}.`)
  const ascii = mapped.split('.').map(encodeLabel).join('.')
  checkLengths(ascii, written)
  const notValid = 'The part after the @-sign is not valid.'
  if (!ascii.includes('.')) refuseAddress(`${notValid} It should have a period.`)
  if (!/[a-z]$/i.test(ascii)) refuseAddress(`${notValid} It is not within a valid top-level domain.`)
  const reserved = 'is a special-use or reserved name that cannot be used with email.'
  if (specialUse.test(ascii)) refuseAddress(`The part after the @-sign ${reserved}`)
  return { ascii, unicode: ascii.split('.').map(decodeLabel).join('.') }
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

function encodeLabel(label: string): string {
  if (asciiHostname.test(label)) return label
  const problem = 'The part after the @-sign is invalid'
  checkLabel(label, problem)
  const encoded = domainToASCII(label)
  if (encoded === '') refuseAddress(`${problem} (Label is not valid).`)
  if (encoded.length > labelMax) refuseAddress(`${problem} (Label too long).`)
  return encoded
}

function decodeLabel(label: string): string {
  if (!label.startsWith('xn--')) return label
  const problem = 'The part after the @-sign is not valid IDNA'
  const decoded = domainToUnicode(label)
  if (decoded === '' || decoded === label || decoded.includes('\ufffd'))
    refuseAddress(`${problem} (Invalid A-label).`)
  checkLabel(decoded, problem)
  return decoded
}

/** RFC 5892 appendix A: code points that are valid beside some others only. */
const inContext: Readonly<Record<string, RegExp>> = {
  '\u00b7': /l\u00b7l/,
  '\u0375': /\u0375\p{Script=Greek}/u,
  '\u05f3': /\p{Script=Hebrew}\u05f3/u,
  '\u05f4': /\p{Script=Hebrew}\u05f4/u,
  '\u30fb': /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
}
/** RFC 5892 section 2: letters and digits, without its exceptions and old Hangul, and with others. */
const letterOrDigit =
  /[a-z0-9\-\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]|(?![\u0640\u07fa\u1100-\u11ff\u302e\u302f\u3031-\u3035\u303b\ua960-\ua97f\ud7b0-\ud7ff])[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]/u

/** Checks a label in Unicode by the rules of IDNA 2008 (RFC 5891 section 4.2, RFC 5892). */
function checkLabel(label: string, problem: string): void {
  if (label.startsWith('--', 2))
    refuseAddress(`${problem} (Label has disallowed hyphens in 3rd and 4th position).`)
  if (/^-|-$/.test(label)) refuseAddress(`${problem} (Label must not start or end with a hyphen).`)
  if (/^\p{M}/u.test(label)) refuseAddress(`${problem} (Label begins with an illegal combining character).`)
  for (const [i, character] of [...label].entries()) {
    const context = inContext[character]
    const isStable =
      /[\u00df\u03c2]/.test(character) || character.normalize('NFKC').toLowerCase() === character
    if (context?.test(label) ?? (letterOrDigit.test(character) && isStable)) continue
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    const [before, of] = context === undefined ? ['', 'of'] : ['not allowed ', 'in']
    const after = context === undefined ? ' not allowed' : ''
    refuseAddress(
      `${problem} (Codepoint U+${number} ${before}at position ${i + 1} ${of} '${label}'${after}).`,
    )
  }
}

function checkLengths(ascii: string, written: string): void {
  const over = ascii.length - domainMax
  const tooLong = 'The email address is too long after the @-sign'
  if (over > 0 && ascii === written) refuseAddress(`${tooLong} (${countCharacters(over)} too many).`)
  if (over > 0)
    refuseAddress(`${tooLong} (${over} byte${over === 1 ? '' : 's'} too many after IDNA encoding).`)
  const more = Math.max(...ascii.split('.').map((label) => label.length)) - labelMax
  const sentence = 'After the @-sign, periods cannot be separated by so many characters'
  if (more > 0) refuseAddress(`${sentence} (${countCharacters(more)} too many).`)
}

/** `1 character`, `2 characters`. */
export function countCharacters(n: number): string {
  return `${n} character${n === 1 ? '' : 's'}`
}

/** Says what is wrong with an address in brackets (RFC 5321 section 4.1.3); at least that it is not allowed here. */
function refuseLiteral(literal: string): never {
  const [tag, address = ''] = literal.split(/:(.*)/s)
  if (isIPv4(literal) || (tag === 'IPv6' && isIPv6(address)))
    refuseAddress('A bracketed IP address after the @-sign is not allowed here.')
  if (/^[0-9.]+$/.test(literal)) {
    const sentence = 'The address in brackets after the @-sign is not valid: It is not an IPv4 address'
    refuseAddress(`${sentence} (${describeIPv4(literal)}) or is missing an address literal tag.`)
  }
  if (tag === literal)
    refuseAddress(
      'The part after the @-sign in brackets is not an IPv4 address and has no address literal tag.',
    )
  if (tag !== 'IPv6') {
    refuseOthers(literal, /[!-Z^-~]/, 'The part after the @-sign contains invalid characters in brackets')
    refuseAddress('The part after the @-sign contains an invalid address literal tag in brackets.')
  }
  const sentence = 'The IPv6 address in brackets after the @-sign is not valid'
  refuseAddress(`${sentence} (At least 3 parts expected in '${address}').`)
}

function describeIPv4(address: string): string {
  const octets = address.split('.')
  if (octets.length !== 4) return `Expected 4 octets in '${address}'`
  if (octets.includes('')) return `Empty octet not permitted in '${address}'`
  const octet = octets.find((written) => written.length > 3 || /^0./.test(written) || Number(written) > 255)
  if (octet === undefined) return `Not an address: '${address}'`
  if (octet.length > 3) return `At most 3 characters permitted in '${octet}' in '${address}'`
  if (octet.startsWith('0')) return `Leading zeros are not permitted in '${octet}' in '${address}'`
  return `Octet ${octet} (> 255) not permitted in '${address}'`
}
