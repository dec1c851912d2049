import { checkUnsafe, displayOthers, EmailSyntaxError } from './characters.ts'

/** RFC 5322 section 3.2.3: atoms between dots. */
const dotAtom = /^[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+(?:\.[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+)*$/
/** RFC 6531 section 3.3 adds all that is not ASCII. */
const dotAtomIntl =
  /^[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~\u{80}-\u{10ffff}]+(?:\.[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~\u{80}-\u{10ffff}]+)*$/u
const atomOrDot = /[.a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~\u{80}-\u{10ffff}]/u
const quotable = /[\u{20}-\u{7e}\u{80}-\u{10ffff}]/u

/** RFC 5321 section 4.5.3.1.1, in characters. */
const localPartMax = 64

/** RFC 2142: these mailboxes are the same in any case. */
const roleNames = new Set(
  'info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp'.split(
    ' ',
  ),
)

/**
 * The part before the @-sign in its normal form (NFC).
 * @throws EmailSyntaxError
 */
export function normalizeLocalPart(local: string, quoted: boolean): string {
  checkLocalPart(local, quoted)
  const normalized = local.normalize('NFC')
  if (normalized !== local) {
    try {
      checkLocalPart(normalized, quoted)
    } catch (error) {
      throw new EmailSyntaxError(`After Unicode normalization: ${(error as EmailSyntaxError).reason}`)
    }
  }
  if (quoted) throw new EmailSyntaxError('Quoting the part before the @-sign is not allowed here.')
  return roleNames.has(normalized.toLowerCase()) ? normalized.toLowerCase() : normalized
}

function checkLocalPart(local: string, quoted: boolean): void {
  if (local === '') throw new EmailSyntaxError('There must be something before the @-sign.')
  const over = [...local].length - localPartMax
  if (over > 0) {
    const count = `${over} character${over === 1 ? '' : 's'}`
    throw new EmailSyntaxError(`The email address is too long before the @-sign (${count} too many).`)
  }
  if (dotAtom.test(local)) return
  if (dotAtomIntl.test(local)) {
    checkUnsafe(local)
    return
  }
  if (quoted) {
    checkQuoted(local)
    return
  }
  const others = displayOthers(local, atomOrDot)
  if (others !== undefined) {
    const sentence = 'The email address contains invalid characters before the @-sign'
    throw new EmailSyntaxError(`${sentence}: ${others}.`)
  }
  if (local.endsWith('.'))
    throw new EmailSyntaxError('An email address cannot have a period immediately before the @-sign.')
  if (local.startsWith('.')) throw new EmailSyntaxError('An email address cannot start with a period.')
  throw new EmailSyntaxError('An email address cannot have two periods in a row.')
}

function checkQuoted(local: string): void {
  const others = displayOthers(local, quotable)
  if (others !== undefined) {
    const sentence = 'The email address contains invalid characters in quotes before the @-sign'
    throw new EmailSyntaxError(`${sentence}: ${others}.`)
  }
  checkUnsafe(local, { spaces: true })
}
