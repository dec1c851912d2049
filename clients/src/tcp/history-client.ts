import { decodeErrorLine, preface } from '@polyservice-lab/contracts/tcp-history'
import { abortError, type CallOptions, type ClientOptions, callSignal } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { ByteStream } from './byte-stream.ts'
import { FramedSession } from './framed-session.ts'
import { encodeMessage, serverError } from './history-faults.ts'
import type { HistorySession } from './history-session.ts'

const defaultPort = 12_345

/** Appends to the history of tcp-history, and reads it. Every method throws LabError only. */
export interface HistoryClient {
  /**
   * Plain mode, one connection for one message: appends it.
   * @returns the whole history up to it, oldest first; the message is the last
   */
  send(message: string, call?: CallOptions): Promise<readonly string[]>
  /** Framed mode: a connection for any number of calls. The call options are those of connecting. */
  open(call?: CallOptions): Promise<HistorySession>
}

/** Makes a client; it holds no connection. */
export function createHistoryClient(options: ClientOptions = {}): HistoryClient {
  const { host = '127.0.0.1', port = defaultPort, onWire } = options
  return {
    async send(message, call) {
      const bytes = encodeMessage(message)
      const signal = callSignal(options, call)
      await using stream = await ByteStream.open(host, port, signal)
      const abort = () => stream.destroy(abortError(signal))
      signal.addEventListener('abort', abort, { once: true })
      try {
        onWire?.({ protocol: 'tcp', direction: 'sent', text: message, bytes })
        await stream.write(bytes)
        // The half-close ends the message, whatever its length.
        stream.end()
        const answer = await readAll(stream)
        const text = decodeAnswer(answer)
        onWire?.({ protocol: 'tcp', direction: 'received', text, bytes: answer })
        return messagesOf(text, message)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },

    async open(call) {
      const stream = await ByteStream.open(host, port, callSignal(options, call))
      onWire?.({ protocol: 'tcp', direction: 'sent', text: 'HISTORY/1', bytes: preface })
      await stream.write(preface)
      return new FramedSession(stream, options)
    },
  }
}

async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A character that is cut off at the end is left away: so was the rest of the answer, and that is noticed. */
function decodeAnswer(answer: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(answer, { stream: true })
  } catch (cause) {
    throw new LabError('protocol_error', 'the answer is not UTF-8', { cause })
  }
}

function messagesOf(answer: string, message: string): readonly string[] {
  const refusal = decodeErrorLine(answer)
  if (refusal !== undefined) throw serverError(refusal.code, refusal.text)
  const messages = answer.split('\n')
  if (messages.at(-1) === message) return messages
  throw new LabError('unavailable', 'the connection ended before the answer did', {
    body: answer.slice(-1_000),
  })
}
