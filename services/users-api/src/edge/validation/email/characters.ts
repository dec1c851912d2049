import { ScalarError } from '../scalar.ts'

/** @throws ScalarError with a sentence for people that says why a text is no email address */
export function refuseAddress(reason: string): never {
  throw new ScalarError('value_error', `value is not a valid email address: ${reason}`, { reason })
}

/** Names of the characters that a person cannot see; others without a shape are shown by their number. */
const names: ReadonlyMap<number, string> = new Map(
  (
    '20 SPACE|A0 NO-BREAK SPACE|AD SOFT HYPHEN|61C ARABIC LETTER MARK|2000 EN QUAD|2001 EM QUAD|2002 EN SPACE|' +
    '2003 EM SPACE|2004 THREE-PER-EM SPACE|2005 FOUR-PER-EM SPACE|2006 SIX-PER-EM SPACE|2007 FIGURE SPACE|' +
    '2008 PUNCTUATION SPACE|2009 THIN SPACE|200A HAIR SPACE|200B ZERO WIDTH SPACE|200C ZERO WIDTH NON-JOINER|' +
    '200D ZERO WIDTH JOINER|200E LEFT-TO-RIGHT MARK|200F RIGHT-TO-LEFT MARK|2028 LINE SEPARATOR|' +
    '2029 PARAGRAPH SEPARATOR|202A LEFT-TO-RIGHT EMBEDDING|202B RIGHT-TO-LEFT EMBEDDING|' +
    '202C POP DIRECTIONAL FORMATTING|202D LEFT-TO-RIGHT OVERRIDE|202E RIGHT-TO-LEFT OVERRIDE|' +
    '202F NARROW NO-BREAK SPACE|205F MEDIUM MATHEMATICAL SPACE|2060 WORD JOINER|2066 LEFT-TO-RIGHT ISOLATE|' +
    '2067 RIGHT-TO-LEFT ISOLATE|2068 FIRST STRONG ISOLATE|2069 POP DIRECTIONAL ISOLATE|3000 IDEOGRAPHIC SPACE|' +
    'FEFF ZERO WIDTH NO-BREAK SPACE|300 COMBINING GRAVE ACCENT|301 COMBINING ACUTE ACCENT|' +
    '302 COMBINING CIRCUMFLEX ACCENT|303 COMBINING TILDE|308 COMBINING DIAERESIS'
  )
    .split('|')
    .map((entry) => [Number.parseInt(entry, 16), entry.slice(entry.indexOf(' ') + 1)]),
)

const withShape = /[\p{L}\p{N}\p{P}\p{S}]/u

/** A character as a sentence shows it: quoted, or by its name, or by its number. */
export function display(character: string): string {
  if (character === '\\' || character === "'") return `"${character}"`
  if (withShape.test(character)) return `'${character}'`
  const codePoint = character.codePointAt(0) ?? 0
  const digits = codePoint.toString(16).toUpperCase()
  return names.get(codePoint) ?? `U+${digits.padStart(codePoint < 0xffff ? 4 : 8, '0')}`
}

/** Refuses characters that do not match; the sentence names each once. */
export function refuseOthers(value: string, allowed: RegExp, sentence: string): void {
  const others = new Set([...value].filter((character) => !allowed.test(character)).map(display))
  if (others.size > 0) refuseAddress(`${sentence}: ${[...others].sort(byCodePoint).join(', ')}.`)
}

/** Refuses characters that change how the text around them reads, or mean nothing. */
export function refuseUnsafe(value: string): void {
  const isUnsafe = (character: string, i: number) =>
    !withShape.test(character) && !(i > 0 && /\p{M}/u.test(character))
  const unsafe = new Set([...value].filter(isUnsafe))
  if (unsafe.size === 0) return
  const shown = [...unsafe].sort(byCodePoint).map(display)
  refuseAddress(`The email address contains unsafe characters: ${shown.join(', ')}.`)
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
