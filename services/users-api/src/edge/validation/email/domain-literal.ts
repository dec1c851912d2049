import { isIPv4, isIPv6 } from 'node:net'
import { EmailSyntaxError } from './characters.ts'

/**
 * Says what is wrong with an address in brackets after the @-sign (RFC 5321 section 4.1.3); at least that it is not
 * allowed here.
 * @throws EmailSyntaxError always
 */
export function refuseDomainLiteral(literal: string): never {
  if (/^[0-9.]+$/.test(literal)) {
    if (isIPv4(literal)) refuse()
    const sentence = 'The address in brackets after the @-sign is not valid: It is not an IPv4 address'
    throw new EmailSyntaxError(`${sentence} (${ipv4Fault(literal)}) or is missing an address literal tag.`)
  }
  if (literal.startsWith('IPv6:')) {
    const address = literal.slice('IPv6:'.length)
    if (isIPv6(address)) refuse()
    const sentence = 'The IPv6 address in brackets after the @-sign is not valid'
    throw new EmailSyntaxError(`${sentence} (At least 3 parts expected in '${address}').`)
  }
  if (!literal.includes(':')) {
    const sentence = 'The part after the @-sign in brackets is not an IPv4 address'
    throw new EmailSyntaxError(`${sentence} and has no address literal tag.`)
  }
  const sentence = 'The part after the @-sign contains an invalid address literal tag in brackets.'
  throw new EmailSyntaxError(sentence)
}

function refuse(): never {
  throw new EmailSyntaxError('A bracketed IP address after the @-sign is not allowed here.')
}

function ipv4Fault(address: string): string {
  const octets = address.split('.')
  if (octets.length !== 4) return `Expected 4 octets in '${address}'`
  for (const octet of octets) {
    const of = `in '${address}'`
    if (octet === '') return `Empty octet not permitted ${of}`
    if (octet.length > 3) return `At most 3 characters permitted in '${octet}' ${of}`
    if (octet !== '0' && octet.startsWith('0')) return `Leading zeros are not permitted in '${octet}' ${of}`
    if (Number(octet) > 255) return `Octet ${Number(octet)} (> 255) not permitted ${of}`
  }
  return `Not an address: '${address}'`
}
