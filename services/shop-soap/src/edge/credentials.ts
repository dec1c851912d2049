import { createHash } from 'node:crypto'
import { attributeOf, shopNamespace, type XmlElement } from '@polyservice-lab/contracts/shop/soap'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { isSame } from '@polyservice-lab/shop'

/** WS-Security 1.0 and its UsernameToken profile 1.0. */
const oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const securityNamespace = `${oasis}wssecurity-secext-1.0.xsd`
const utilityNamespace = `${oasis}wssecurity-utility-1.0.xsd`
const tokenProfile = `${oasis}username-token-profile-1.0`

/** How far the time of a digest may be from ours. */
const skewMs = 300_000
/** Right digests whose nonces are remembered, in about 16 MiB. */
const noncesMax = 100_000

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/
const hasZone = /(?:Z|[+-]\d\d:\d\d)$/

export function isCredential({ name, namespace }: XmlElement): boolean {
  if (name === 'Authentication') return namespace === '' || namespace === shopNamespace
  return name === 'Security' && namespace === securityNamespace
}

/** Checks header blocks that hold the name of the account and its password, or a digest of it. */
export class HeaderCredentials {
  readonly #username: string
  readonly #passwords: readonly string[]
  readonly #now: () => Date
  readonly #nonces = new Map<string, number>()

  /** @param passwords each of them is right */
  constructor(username: string, passwords: readonly string[], now: () => Date) {
    this.#username = username
    this.#passwords = passwords
    this.#now = now
  }

  /**
   * @returns whether there is one
   * @throws AppError unauthenticated where one of them is wrong, or a timestamp has expired
   */
  check(blocks: readonly XmlElement[]): boolean {
    let found = false
    for (const block of blocks) {
      if (block.name === 'Authentication') {
        found = true
        this.#checkText(textOf(block, 'username'), textOf(block, 'password'))
        continue
      }
      for (const { text } of partsOf(block, utilityNamespace, 'Timestamp', 'Expires'))
        if (!(timeOf(text) > this.#now().getTime())) throw wrong('the message has expired')
      for (const token of block.children.filter(isNamed(securityNamespace, 'UsernameToken'))) {
        found = true
        this.#checkToken(token)
      }
    }
    return found
  }

  #checkToken(token: XmlElement): void {
    const username = textOf(token, 'Username')
    const password = token.children.find(isNamed(securityNamespace, 'Password'))
    const type = (password && attributeOf(password, '', 'Type')) ?? `${tokenProfile}#PasswordText`
    if (type === `${tokenProfile}#PasswordText`) this.#checkText(username, password?.text)
    else if (type === `${tokenProfile}#PasswordDigest`) this.#checkDigest(token, username, password?.text)
    else throw wrong()
  }

  #checkDigest(token: XmlElement, username = '', password = ''): void {
    const nonce = textOf(token, 'Nonce')?.trim()
    const created = token.children.find(isNamed(utilityNamespace, 'Created'))?.text.trim()
    if (!nonce || !created) throw wrong()
    const time = timeOf(created)
    const now = this.#now().getTime()
    if (!(Math.abs(now - time) <= skewMs)) throw wrong('the digest is too old, or of a time to come')
    const bytes = Buffer.from(nonce, 'base64')
    const digests = this.#passwords.map((one) =>
      createHash('sha1').update(bytes).update(created).update(one).digest('base64'),
    )
    const isRight = digests.map((digest) => isSame(password.trim(), digest)).includes(true)
    if (!isSame(username, this.#username) || !isRight) throw wrong()
    this.#useNonce(bytes, time + skewMs, now)
  }

  #checkText(username = '', password = ''): void {
    const isRight = this.#passwords.map((one) => isSame(password, one)).includes(true)
    if (!isSame(username, this.#username) || !isRight) throw wrong()
  }

  /** Remembers a nonce until its digest would be too old. */
  #useNonce(bytes: Buffer, until: number, now: number): void {
    const nonce = createHash('sha256').update(bytes).digest('base64')
    if (this.#nonces.has(nonce)) throw wrong('the nonce was used before')
    for (const [old, end] of this.#nonces) {
      // They stand in the order of use, which is about that of their ends.
      if (end >= now) break
      this.#nonces.delete(old)
    }
    if (this.#nonces.size >= noncesMax) throw new AppError('unavailable', 'too many digests at once')
    this.#nonces.set(nonce, until)
  }
}

function wrong(message = 'wrong credentials'): AppError {
  return new AppError('unauthenticated', message)
}

const isNamed =
  (wantedNamespace: string, wantedName: string) =>
  ({ name, namespace }: XmlElement) =>
    name === wantedName && namespace === wantedNamespace

/** The text of a child, of the namespace of its parent or of none. */
function textOf({ namespace, children }: XmlElement, name: string): string | undefined {
  return children.find((child) => child.name === name && ['', namespace].includes(child.namespace))?.text
}

function partsOf({ children }: XmlElement, namespace: string, parent: string, name: string): XmlElement[] {
  return children
    .filter(isNamed(namespace, parent))
    .flatMap((one) => one.children.filter(isNamed(namespace, name)))
}

/** The time of an xs:dateTime, in UTC where it names no zone; NaN for what is none. */
function timeOf(text: string): number {
  const trimmed = text.trim()
  if (!dateTime.test(trimmed)) return Number.NaN
  return Date.parse(hasZone.test(trimmed) ? trimmed : `${trimmed}Z`)
}
