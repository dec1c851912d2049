import { type Answer, type Frame, FrameError, frameTypes, type Request } from './frames.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads text as UTF-8; a byte order mark is kept. @throws FrameError */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new FrameError('text that is not UTF-8')
  }
}

/** @throws FrameError for a type that is not a client's, or a wrong shape */
export function decodeRequest({ type, payload }: Frame): Request {
  switch (type) {
    case frameTypes.append:
      return { type: 'append', message: payload }
    case frameTypes.read: {
      const view = viewOf('READ', payload, 12)
      return { type: 'read', from: view.getBigUint64(0), limit: view.getUint32(8) }
    }
    case frameTypes.follow:
      return { type: 'follow', from: viewOf('FOLLOW', payload, 8).getBigUint64(0) }
    default:
      throw unknownType(type)
  }
}

/** @throws FrameError for a type that is not a server's, or a wrong shape */
export function decodeAnswer({ type, payload }: Frame): Answer {
  switch (type) {
    case frameTypes.appended:
      return { type: 'appended', sequence: viewOf('APPENDED', payload, 8).getBigUint64(0) }
    case frameTypes.messages:
      return decodeMessages(payload)
    case frameTypes.end:
      return { type: 'end', last: viewOf('END', payload, 8).getBigUint64(0) }
    case frameTypes.error:
      return decodeError(payload)
    default:
      throw unknownType(type)
  }
}

function decodeMessages(payload: Uint8Array): Answer {
  const view = viewAtLeast('MESSAGES', payload, 12)
  const [first, count] = [view.getBigUint64(0), view.getUint32(8)]
  const messages: Uint8Array[] = []
  let at = 12
  // Not `i < count` alone: a false count must not make us run beyond what is there.
  while (at < payload.length && messages.length < count) {
    if (at + 4 > payload.length) throw new FrameError('MESSAGES with a part of a length')
    const start = at + 4
    at = start + view.getUint32(at)
    if (at > payload.length) throw new FrameError('MESSAGES with a message that is longer than its frame')
    messages.push(payload.subarray(start, at))
  }
  if (at !== payload.length || messages.length !== count)
    throw new FrameError(`MESSAGES of ${count} with another number of messages`)
  return { type: 'messages', first, messages }
}

function decodeError(payload: Uint8Array): Answer {
  const codeEnd = 2 + viewAtLeast('ERROR', payload, 2).getUint16(0)
  if (codeEnd > payload.length) throw new FrameError('ERROR with a code that is longer than its frame')
  return {
    type: 'error',
    code: decodeText(payload.subarray(2, codeEnd)),
    text: decodeText(payload.subarray(codeEnd)),
  }
}

function viewOf(name: string, payload: Uint8Array, bytes: number): DataView {
  if (payload.length !== bytes)
    throw new FrameError(`${name} of ${payload.length} payload bytes instead of ${bytes}`)
  return viewAtLeast(name, payload, bytes)
}

function viewAtLeast(name: string, payload: Uint8Array, bytes: number): DataView {
  if (payload.length < bytes)
    throw new FrameError(`${name} of ${payload.length} payload bytes, fewer than ${bytes}`)
  return new DataView(payload.buffer, payload.byteOffset, payload.length)
}

function unknownType(type: number): FrameError {
  return new FrameError(`unknown frame type 0x${type.toString(16).padStart(2, '0')}`)
}
