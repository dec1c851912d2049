import { isUtf8 } from 'node:buffer'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import {
  closeCodes,
  encodeFrames,
  fin,
  lengthOf,
  type Message,
  opcodes,
  rsv1,
  WebSocketFault,
} from '@polyservice-lab/contracts/ws-echo'
import { createGate, type Metrics } from '@polyservice-lab/service-kit'
import type { Reply } from '../domain/replies.ts'
import { deflate, inflate } from './permessage-deflate.ts'
import type { WebSocketConnection, WebSocketHandler } from './web-socket-connection.ts'

/** A compression costs memory while it lasts: messages beyond these wait. */
const compressionsMax = 4

/** What is shorter is sent as it is: it would not get much shorter. */
const compressedFromBytes = 1024

export interface EchoOptions {
  readonly replies: (message: Uint8Array) => readonly Reply[]
  readonly messageBytesMax: number
}

/**
 * Answers messages of connections: without compression, or with the window that was agreed on (RFC 7692). All replies
 * to a message leave in one write.
 */
export function createEcho(
  { replies, messageBytesMax }: EchoOptions,
  metrics: Metrics,
): (windowBits: number | undefined) => WebSocketHandler['message'] {
  const gate = createGate({ concurrencyMax: compressionsMax })

  async function answerCompressed(connection: WebSocketConnection, message: Message, windowBits: number) {
    const beganAt = performance.now()
    const payload = await inflated(message, messageBytesMax)
    const made = replies(payload)
    const frames: Uint8Array[] = []
    for (const reply of made) frames.push(await compressedFrame(opcodeOf(message), reply, windowBits))
    count(payload, made)
    send(connection, Buffer.concat(frames), beganAt)
  }

  function answer(connection: WebSocketConnection, message: Message): void {
    const beganAt = performance.now()
    const made = replies(message.payload)
    count(message.payload, made)
    send(connection, encodeFrames(fin | opcodeOf(message), made), beganAt)
  }

  function count(message: Uint8Array, made: readonly Reply[]): void {
    let sentBytes = 0
    for (const reply of made) sentBytes += lengthOf(reply)
    metrics.receivedBytes.inc(message.length)
    metrics.sentBytes.inc(sentBytes)
  }

  function send(connection: WebSocketConnection, frames: Uint8Array, beganAt: number): void {
    if (connection.send(frames)) observe('ok', beganAt)
    else observeWhenSent(connection, beganAt)
  }

  function observeWhenSent(connection: WebSocketConnection, beganAt: number): void {
    metrics.inFlight.inc()
    connection.afterSent((isSent) => {
      metrics.inFlight.dec()
      observe(isSent ? 'ok' : 'cancelled', beganAt)
    })
  }

  function observe(outcome: 'ok' | ErrorCode, beganAt: number): void {
    metrics.observe('message', outcome, (performance.now() - beganAt) / 1000)
  }

  return (windowBits) => (connection, message) =>
    windowBits === undefined
      ? answer(connection, message)
      : gate(() => answerCompressed(connection, message, windowBits))
}

async function compressedFrame(opcode: number, reply: Reply, windowBits: number): Promise<Uint8Array> {
  if (lengthOf(reply) < compressedFromBytes) return encodeFrames(fin | opcode, [reply])
  return encodeFrames(fin | rsv1 | opcode, [[await deflate(Buffer.concat(reply), windowBits)]])
}

function opcodeOf({ isBinary }: Message): number {
  return isBinary ? opcodes.binary : opcodes.text
}

async function inflated({ isCompressed, isBinary, payload }: Message, bytesMax: number): Promise<Uint8Array> {
  if (!isCompressed) return payload
  const bytes = await inflate(payload, bytesMax)
  if (isBinary || isUtf8(bytes)) return bytes
  throw new WebSocketFault(closeCodes.invalidPayload, 'a text that is not UTF-8')
}
