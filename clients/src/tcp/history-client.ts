import { services } from '@polyservice-lab/contracts/services'
import { decodeErrorLine, preface } from '@polyservice-lab/contracts/tcp-history'
import {
  abortError,
  type CallOptions,
  type ClientOptions,
  callDeadline,
  callSignal,
  streamSignal,
} from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { lostPeer, Retrier, withRetries } from '../core/retries.ts'
import { type Tell, tellExchange } from '../core/wire.ts'
import { ByteStream } from './byte-stream.ts'
import { FramedSession } from './framed-session.ts'
import { encodeMessage, serverError } from './history-faults.ts'
import type { HistoryMessage, HistorySession, ReadRange } from './history-session.ts'

const defaultPort = services['tcp-history'].port

/** Appends to the history of tcp-history, and reads it. Every method throws LabError only. */
export interface HistoryClient {
  /**
   * Plain mode, one connection for one message: appends it.
   * @returns the whole history up to it, oldest first; the message is the last
   */
  send(message: string, call?: CallOptions): Promise<readonly string[]>
  /** Framed mode: a connection for any number of calls. The call options are those of connecting. */
  open(call?: CallOptions): Promise<HistorySession>
  /**
   * Framed mode over connections of its own: the messages from one on, then each new one, until the loop is left. With
   * `retries`, a lost connection is made again and followed from the message after the last: none is lost, none comes
   * twice. It has no deadline, unless the call names one.
   * @example
   * for await (const { sequence, message } of createHistoryClient({ retries: {} }).follow()) console.log(sequence, message)
   */
  follow(range?: Pick<ReadRange, 'from'>, call?: CallOptions): AsyncIterableIterator<HistoryMessage>
}

/**
 * Makes a client; it holds no connection. With `retries`, connecting is repeated; a message that was sent is not.
 * @example
 * console.log(await createHistoryClient().send('hello'))
 */
export function createHistoryClient(options: ClientOptions = {}): HistoryClient {
  const { host = '127.0.0.1', port = defaultPort, onWire, retries } = options

  function connect(signal: AbortSignal, tell: Tell | undefined, call?: CallOptions): Promise<ByteStream> {
    const context = { retries, signal, tell, deadline: callDeadline(options, call) }
    return withRetries(() => ByteStream.open(host, port, signal), lostPeer, context)
  }

  async function framed(stream: ByteStream, tell: Tell | undefined): Promise<HistorySession> {
    tell?.({ direction: 'sent', text: 'HISTORY/1', bytes: preface })
    await stream.write(preface)
    return new FramedSession(stream, options, tell)
  }

  return {
    async send(message, call) {
      const bytes = encodeMessage(message)
      const signal = callSignal(options, call)
      const tell = tellExchange(onWire, 'tcp')
      await using stream = await connect(signal, tell, call)
      const abort = () => stream.destroy(abortError(signal))
      signal.addEventListener('abort', abort, { once: true })
      try {
        tell?.({ direction: 'sent', text: message, bytes })
        await stream.write(bytes)
        // The half-close ends the message, whatever its length.
        stream.end()
        const answer = await readAll(stream)
        const text = decodeAnswer(answer)
        tell?.({ direction: 'received', text, bytes: answer })
        return messagesOf(text, message)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },

    async open(call) {
      const tell = tellExchange(onWire, 'tcp')
      return framed(await connect(callSignal(options, call), tell, call), tell)
    },

    async *follow({ from = 1n } = {}, call = {}) {
      const signal = streamSignal(options, call)
      const tell = tellExchange(onWire, 'tcp')
      const retrier = new Retrier({ retries, signal, tell })
      for (let next = from; ; ) {
        try {
          const opening = callSignal(options, { ...call, signal })
          await using session = await framed(await ByteStream.open(host, port, opening), tell)
          for await (const message of session.follow({ from: next }, { signal })) {
            retrier.progress()
            next = message.sequence + 1n
            yield message
          }
        } catch (error) {
          if (!(await retrier.again(lostPeer(error)))) throw error
        }
      }
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
