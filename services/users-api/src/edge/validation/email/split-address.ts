import { checkUnsafe, display, displayOthers, EmailSyntaxError } from './characters.ts'

export interface AddressParts {
  /** The part before the @-sign, its quotes and escapes taken away. */
  readonly local: string
  readonly quoted: boolean
  readonly domain: string
  /** Whether angle brackets were around the address. */
  readonly bracketed: boolean
  /** Without brackets and name, as it was written. */
  readonly written: string
}

/**
 * Splits `local@domain` or `name <local@domain>` (RFC 5322 section 3.4, without comments).
 * @throws EmailSyntaxError
 */
export function splitAddress(text: string): AddressParts {
  const [left, right] = splitUnquoted(text, '@<')
  const bracketed = right.startsWith('<')
  if (bracketed) checkDisplayName(left.trimEnd())
  const [local, rest] = bracketed ? splitUnquoted(insideBrackets(right), '@') : [left, right]
  const domain = rest.startsWith('@') ? rest.slice(1) : rest
  const { value, quoted } = unquote(local)
  return { local: value, quoted, domain, bracketed, written: `${local}@${domain}` }
}

/** Splits before the first of the characters that is not quoted and that nothing combines with. */
function splitUnquoted(text: string, specials: string): [left: string, right: string] {
  let quoted = false
  let escaped = false
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    // < and a combining solidus are one character for a reader: not the start of brackets.
    if (
      /^\p{M}/u.test(text.slice(i + 1)) &&
      !text
        .slice(i, i + 3)
        .normalize('NFC')
        .startsWith(character)
    )
      continue
    if (quoted) {
      if (character === '"' && !escaped) quoted = false
      escaped = character === '\\' && !escaped
    } else if (character === '"') quoted = true
    else if (specials.includes(character)) return [text.slice(0, i), text.slice(i)]
  }
  throw new EmailSyntaxError('An email address must have an @-sign.')
}

function unquote(text: string): { value: string; quoted: boolean } {
  if (!text.startsWith('"')) return { value: text, quoted: false }
  let value = ''
  let escaped = false
  for (let i = 1; i < text.length; i++) {
    const character = text.charAt(i)
    if (!escaped && character === '"') {
      const extra = [...text.slice(i + 1)].map(display)
      if (extra.length === 0) break
      throw new EmailSyntaxError(`Extra character(s) found after close quote: ${extra.join(', ')}`)
    }
    if (escaped || character !== '\\') value += character
    escaped = !escaped && character === '\\'
  }
  return { value, quoted: true }
}

function checkDisplayName(text: string): void {
  const { value, quoted } = unquote(text)
  if (!quoted) {
    const others = displayOthers(value, /[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~ ]/)
    if (others !== undefined) {
      const sentence = 'The display name contains invalid characters when not quoted'
      throw new EmailSyntaxError(`${sentence}: ${others}.`)
    }
  }
  checkUnsafe(value, { spaces: true })
}

function insideBrackets(text: string): string {
  if (!text.includes('>')) {
    const sentence = 'has to be followed by a close angle bracket at the end.'
    throw new EmailSyntaxError(`An open angle bracket at the start of the email address ${sentence}`)
  }
  const trimmed = text.replace(/ +$/, '')
  if (!trimmed.endsWith('>')) throw new EmailSyntaxError("There can't be anything after the email address.")
  return trimmed.slice(1).replace(/>+$/, '')
}
