import type { IncomingMessage } from 'node:http'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import type { AnswerBudget } from './answer-budget.ts'
import type { Connection } from './connection.ts'

export interface Message {
  readonly data: Buffer
  readonly isBinary: boolean
}

/** A close of this server (RFC 6455, 7.4), and the outcome that metrics count. */
export interface Close {
  readonly outcome: 'ok' | ErrorCode
  readonly closeCode: number
  /** At most 123 bytes in UTF-8. */
  readonly reason: string
}

export interface ConnectionOptions {
  /** With more bytes than this unsent, a connection is not read from. */
  readonly bufferBytesMax: number
  /** How long that may stay so without a byte leaving, in ms. */
  readonly sendTimeoutMs: number
  /** How many bytes the answer to a message may have: they have room before it is handled. */
  readonly answerBytes: (message: Message) => number
  /** Handles a message. The next one of the connection comes when the promise has resolved, if there is one. */
  readonly handle: (connection: Connection, message: Message) => Promise<void> | void
  /** The close of a connection whose handler threw. */
  readonly toClose: (error: unknown) => Close
  /** How long after a ping something must have been heard, in ms. Default: a pong, before the next ping. */
  readonly heartbeatTimeoutMs?: number
  /** Whether each message is counted as an operation. Default: it is; the handler counts otherwise. */
  readonly countsMessages?: boolean
  /** @param request the opening handshake */
  readonly opened?: (connection: Connection, request: IncomingMessage) => void
  readonly closed?: (connection: Connection) => void
  /** Something of what waited to be sent has left. */
  readonly left?: (connection: Connection) => void
}

/** What the connections of a server share. */
export interface Shared {
  readonly options: ConnectionOptions
  readonly receiveBudget: ReceiveBudget
  readonly answerBudget: AnswerBudget
  readonly deps: ServiceDeps
  readonly closed: (connection: Connection) => void
}
