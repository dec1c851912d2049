import { isUtf8 } from 'node:buffer'
import { encodeFrames, fin, opcodes } from './frames.ts'

/** Close codes that a server of this protocol gives of itself, or sees (RFC 6455, 7.4.1 and its IANA registry). */
export const closeCodes = {
  goingAway: 1001,
  protocolError: 1002,
  /** A close frame without a code; never on the wire. */
  none: 1005,
  /** The connection ended without a close frame; never on the wire. */
  abnormal: 1006,
  invalidPayload: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
} as const

/** A client broke the protocol, or a limit of this server. */
export class WebSocketFault extends Error {
  /** What its connection is closed with. */
  readonly closeCode: number

  constructor(closeCode: number, reason: string) {
    super(reason)
    this.name = 'WebSocketFault'
    this.closeCode = closeCode
  }
}

/** What a close frame says (RFC 6455, 5.5.1); code 1005 where it says nothing. */
export interface Close {
  readonly code: number
  /** At most 123 bytes in UTF-8. */
  readonly reason: string
}

export function encodeClose({ code, reason }: Close): Uint8Array<ArrayBuffer> {
  const payload = code === closeCodes.none ? [] : [Uint8Array.of(code >> 8, code), Buffer.from(reason)]
  return encodeFrames(fin | opcodes.close, [payload])
}

/** @throws WebSocketFault for a payload that no close frame may have */
export function decodeClose(payload: Uint8Array): Close {
  const high = payload[0]
  const low = payload[1]
  if (high === undefined) return { code: closeCodes.none, reason: '' }
  if (low === undefined) throw new WebSocketFault(closeCodes.protocolError, 'a close frame of one byte')
  const code = (high << 8) | low
  if (!isCloseCode(code)) throw new WebSocketFault(closeCodes.protocolError, `the close code ${code}`)
  const reason = payload.subarray(2)
  if (!isUtf8(reason)) throw new WebSocketFault(closeCodes.invalidPayload, 'a close reason that is not UTF-8')
  return { code, reason: new TextDecoder().decode(reason) }
}

/** Whether a close frame may have the code: those that are registered, and those for applications (7.4.2). */
function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  )
}
