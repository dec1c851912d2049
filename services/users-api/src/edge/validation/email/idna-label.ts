import { EmailSyntaxError } from './characters.ts'

/** RFC 5892 section 2.6: code points that are valid or not, whatever their properties say. */
const alwaysValid = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/
const neverValid = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/
const letterOrDigit = /[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]/u
/** RFC 5892 appendix A: valid beside some others only. */
const contextual = /[\u00b7\u0375\u05f3\u05f4\u30fb]/
const oldHangulJamo = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/

/**
 * Checks a label in Unicode by the rules of IDNA 2008 (RFC 5891 section 4.2, RFC 5892).
 * @throws EmailSyntaxError that starts with `problem`
 */
export function checkLabel(label: string, problem: string): void {
  const fail = (sentence: string): never => {
    throw new EmailSyntaxError(`${problem} (${sentence}).`)
  }
  if (label.slice(2, 4) === '--') fail('Label has disallowed hyphens in 3rd and 4th position')
  if (label.startsWith('-') || label.endsWith('-')) fail('Label must not start or end with a hyphen')
  if (/^\p{M}/u.test(label)) fail('Label begins with an illegal combining character')
  for (const [i, character] of [...label].entries()) {
    if (isValid(character) || isValidInContext(label, character, i)) continue
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    const codePoint = `Codepoint U+${number}`
    fail(
      contextual.test(character)
        ? `${codePoint} not allowed at position ${i + 1} in '${label}'`
        : `${codePoint} at position ${i + 1} of '${label}' not allowed`,
    )
  }
}

function isValid(character: string): boolean {
  if (/[a-z0-9-]/.test(character) || alwaysValid.test(character)) return true
  if (neverValid.test(character) || oldHangulJamo.test(character)) return false
  // Stable: no normalisation changes it (RFC 5892 section 2.2).
  return letterOrDigit.test(character) && character.normalize('NFKC').toLowerCase() === character
}

/** RFC 5892 appendix A, for the code points that real names have. */
function isValidInContext(label: string, character: string, i: number): boolean {
  const all = [...label]
  if (character === '\u00b7') return all[i - 1] === 'l' && all[i + 1] === 'l'
  if (character === '\u30fb') return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label)
  if (character === '\u0375') return /\p{Script=Greek}/u.test(all[i + 1] ?? '')
  if (character === '\u05f3' || character === '\u05f4') return /\p{Script=Hebrew}/u.test(all[i - 1] ?? '')
  return false
}
