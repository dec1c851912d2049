import { ScalarError } from '../scalar.ts'

/** Why an address is not one. */
export class EmailSyntaxError extends ScalarError {
  /** A sentence for people. */
  readonly reason: string

  constructor(reason: string) {
    super('value_error', `value is not a valid email address: ${reason}`, { reason })
    this.reason = reason
  }
}

/** Names of the characters that a person cannot see; others without a shape are shown by their number. */
const names: Readonly<Record<string, string>> = {
  ' ': 'SPACE',
  '\u00a0': 'NO-BREAK SPACE',
  '\u00ad': 'SOFT HYPHEN',
  '\u061c': 'ARABIC LETTER MARK',
  '\u1680': 'OGHAM SPACE MARK',
  '\u180e': 'MONGOLIAN VOWEL SEPARATOR',
  '\u2000': 'EN QUAD',
  '\u2001': 'EM QUAD',
  '\u2002': 'EN SPACE',
  '\u2003': 'EM SPACE',
  '\u2004': 'THREE-PER-EM SPACE',
  '\u2005': 'FOUR-PER-EM SPACE',
  '\u2006': 'SIX-PER-EM SPACE',
  '\u2007': 'FIGURE SPACE',
  '\u2008': 'PUNCTUATION SPACE',
  '\u2009': 'THIN SPACE',
  '\u200a': 'HAIR SPACE',
  '\u200b': 'ZERO WIDTH SPACE',
  '\u200c': 'ZERO WIDTH NON-JOINER',
  '\u200d': 'ZERO WIDTH JOINER',
  '\u200e': 'LEFT-TO-RIGHT MARK',
  '\u200f': 'RIGHT-TO-LEFT MARK',
  '\u2028': 'LINE SEPARATOR',
  '\u2029': 'PARAGRAPH SEPARATOR',
  '\u202a': 'LEFT-TO-RIGHT EMBEDDING',
  '\u202b': 'RIGHT-TO-LEFT EMBEDDING',
  '\u202c': 'POP DIRECTIONAL FORMATTING',
  '\u202d': 'LEFT-TO-RIGHT OVERRIDE',
  '\u202e': 'RIGHT-TO-LEFT OVERRIDE',
  '\u202f': 'NARROW NO-BREAK SPACE',
  '\u205f': 'MEDIUM MATHEMATICAL SPACE',
  '\u2060': 'WORD JOINER',
  '\u2066': 'LEFT-TO-RIGHT ISOLATE',
  '\u2067': 'RIGHT-TO-LEFT ISOLATE',
  '\u2068': 'FIRST STRONG ISOLATE',
  '\u2069': 'POP DIRECTIONAL ISOLATE',
  '\u3000': 'IDEOGRAPHIC SPACE',
  '\ufeff': 'ZERO WIDTH NO-BREAK SPACE',
  '\u0300': 'COMBINING GRAVE ACCENT',
  '\u0301': 'COMBINING ACUTE ACCENT',
  '\u0302': 'COMBINING CIRCUMFLEX ACCENT',
  '\u0303': 'COMBINING TILDE',
  '\u0308': 'COMBINING DIAERESIS',
  '\u0338': 'COMBINING LONG SOLIDUS OVERLAY',
}

/** A character as a sentence shows it: quoted, or by its name, or by its number. */
export function display(character: string): string {
  if (character === '\\') return '"\\"'
  if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character)) return character === "'" ? `"'"` : `'${character}'`
  const codePoint = character.codePointAt(0) ?? 0
  const number = `U+${codePoint
    .toString(16)
    .toUpperCase()
    .padStart(codePoint < 0xffff ? 4 : 8, '0')}`
  return names[character] ?? number
}

/** The characters that do not match, each once, in the order of their displays. */
export function displayOthers(value: string, allowed: RegExp): string | undefined {
  const others = new Set([...value].filter((character) => !allowed.test(character)).map(display))
  return others.size === 0 ? undefined : [...others].sort(byCodePoint).join(', ')
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Refuses characters that change how the text around them reads, or mean nothing. */
export function checkUnsafe(value: string, { spaces = false } = {}): void {
  const unsafe = [...value].filter(
    (character, i) =>
      !/[\p{L}\p{N}\p{P}\p{S}]/u.test(character) &&
      !(/\p{M}/u.test(character) && i > 0) &&
      !(spaces && /\p{Zs}/u.test(character)),
  )
  if (unsafe.length === 0) return
  const shown = [...new Set(unsafe)].sort(byCodePoint).map(display)
  throw new EmailSyntaxError(`The email address contains unsafe characters: ${shown.join(', ')}.`)
}
