/** What a client of framed mode says first: `HISTORY/1\n`. */
export const preface: Uint8Array = new TextEncoder().encode('HISTORY/1\n')

/** The most bytes of a MESSAGES frame, its length field included. */
export const messagesFrameBytesMax = 1_048_576

export const frameTypes = {
  append: 0x01,
  read: 0x02,
  follow: 0x03,
  appended: 0x81,
  messages: 0x82,
  end: 0x83,
  error: 0xff,
} as const

/** A frame as it lies on the wire: its type and what follows. */
export interface Frame {
  readonly type: number
  readonly payload: Uint8Array
}

/** What a client asks. Sequence numbers count from 1; the limit 0 means all. */
export type Request =
  | { readonly type: 'append'; readonly message: Uint8Array }
  | { readonly type: 'read'; readonly from: bigint; readonly limit: number }
  | { readonly type: 'follow'; readonly from: bigint }

/** What a server answers. */
export type Answer =
  | { readonly type: 'appended'; readonly sequence: bigint }
  | { readonly type: 'messages'; readonly first: bigint; readonly messages: readonly Uint8Array[] }
  | { readonly type: 'end'; readonly last: bigint }
  | { readonly type: 'error'; readonly code: string; readonly text: string }

/** The peer broke the framing: nothing that follows on its connection means anything. */
export class FrameError extends Error {
  readonly code = 'bad_frame'

  constructor(message: string) {
    super(message)
    this.name = 'FrameError'
  }
}

const headerBytes = 5
const utf8 = new TextEncoder()

/** A frame with nothing in its payload yet, and a view to fill it in. */
function emptyFrame(type: number, payloadBytes: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(headerBytes + payloadBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, payloadBytes + 1)
  view.setUint8(4, type)
  return { bytes, view }
}

export function encodeRequest(request: Request): Uint8Array {
  if (request.type === 'follow') return encodeUint64(frameTypes.follow, request.from)
  if (request.type === 'append') {
    const { bytes } = emptyFrame(frameTypes.append, request.message.length)
    bytes.set(request.message, headerBytes)
    return bytes
  }
  const { bytes, view } = emptyFrame(frameTypes.read, 12)
  view.setBigUint64(headerBytes, request.from)
  view.setUint32(headerBytes + 8, request.limit)
  return bytes
}

export function encodeAnswer(answer: Answer): Uint8Array {
  switch (answer.type) {
    case 'appended':
      return encodeUint64(frameTypes.appended, answer.sequence)
    case 'messages':
      return encodeMessages(answer.first, answer.messages)
    case 'end':
      return encodeUint64(frameTypes.end, answer.last)
    case 'error':
      return encodeError(answer.code, answer.text)
  }
}

function encodeUint64(type: number, value: bigint): Uint8Array {
  const { bytes, view } = emptyFrame(type, 8)
  view.setBigUint64(headerBytes, value)
  return bytes
}

/** Length of the MESSAGES frame without its messages, and what each adds to its own length. */
export const messagesFrameOverhead = { frameBytes: headerBytes + 12, messageBytes: 4 } as const

function encodeMessages(first: bigint, messages: readonly Uint8Array[]): Uint8Array {
  const payloadBytes = messages.reduce((sum, message) => sum + 4 + message.length, 12)
  const { bytes, view } = emptyFrame(frameTypes.messages, payloadBytes)
  view.setBigUint64(headerBytes, first)
  view.setUint32(headerBytes + 8, messages.length)
  let at = messagesFrameOverhead.frameBytes
  for (const message of messages) {
    view.setUint32(at, message.length)
    bytes.set(message, at + 4)
    at += 4 + message.length
  }
  return bytes
}

function encodeError(code: string, text: string): Uint8Array {
  const [codeBytes, textBytes] = [utf8.encode(code), utf8.encode(text)]
  const { bytes, view } = emptyFrame(frameTypes.error, 2 + codeBytes.length + textBytes.length)
  view.setUint16(headerBytes, codeBytes.length)
  bytes.set(codeBytes, headerBytes + 2)
  bytes.set(textBytes, headerBytes + 2 + codeBytes.length)
  return bytes
}
