import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError, type BudgetShare, createGate, type Logger } from '@polyservice-lab/service-kit'
import type { Access } from '@polyservice-lab/shop'
import { type Call, failing, readCalls } from './calls.ts'
import { toErrorObject } from './errors.ts'
import type { Method } from './method.ts'

/** Whose message it is, and what counts the bytes that are held for it. */
export interface Caller {
  readonly requestId: string
  readonly token: string | undefined
  readonly share: BudgetShare
}

/** What a message came to. */
export interface Answer {
  /** Undefined where there is nothing to answer. */
  readonly text: string | undefined
  /** As metrics name it: a method, `batch`, or `other` for what is neither. */
  readonly operation: string
  readonly outcome: 'ok' | ErrorCode
}

export interface DispatcherOptions {
  readonly methods: readonly Method[]
  readonly access: Access
  readonly batchMax: number
  readonly answerBytesMax: number
  readonly logger: Logger
}

/** So many batches run at a time, which leaves half of the connections to the database to single requests. */
const batchesAtOnce = 5

const answersTooLong = new AppError('resource_exhausted', 'the answers before this one are too many bytes')

/** Answers messages: a request or a batch (JSON-RPC 2.0). */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #methods: ReadonlyMap<string, Method>
  readonly #batchTurn = createGate({ concurrencyMax: batchesAtOnce })

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#methods = new Map(options.methods.map((method) => [method.name, method]))
  }

  async answer(bytes: Buffer, caller: Caller): Promise<Answer> {
    let calls: Call | readonly Call[]
    try {
      calls = readCalls(bytes, this.#methods, this.#options.batchMax)
    } catch (error) {
      return this.#failed(error, { operation: 'other', id: 'null' }, caller)
    }
    if ('run' in calls) return this.#run(calls, caller)
    return this.#batchTurn(() => this.#runAll(calls, caller, bytes.length))
  }

  async #run(call: Call, caller: Caller): Promise<Answer> {
    const { operation, id, writes } = call
    try {
      if (writes) await this.#options.access.authorize(caller.token, 'write')
      const result = await call.run()
      const text =
        id === undefined ? undefined : `{"jsonrpc":"2.0","result":${JSON.stringify(result)},"id":${id}}`
      return { text, operation, outcome: 'ok' }
    } catch (error) {
      return this.#failed(error, call, caller)
    }
  }

  #failed(error: unknown, { operation, id }: Omit<Call, 'run' | 'writes'>, { requestId }: Caller): Answer {
    const outcome = error instanceof AppError ? error.code : 'internal'
    if (outcome === 'internal' || outcome === 'insufficient_storage')
      this.#options.logger.error({ err: error, operation, requestId }, 'failed')
    return { text: id === undefined ? undefined : errorText(error, id), operation, outcome }
  }

  /** Runs the entries of a batch one after the other. @param received bytes of the message */
  async #runAll(calls: readonly Call[], caller: Caller, received: number): Promise<Answer> {
    const texts: string[] = []
    let bytes = 0
    for (const call of calls) {
      const isTooLong = call.id !== undefined && bytes > this.#options.answerBytesMax
      const { text } = await this.#run(isTooLong ? failing(call, answersTooLong) : call, caller)
      if (text === undefined) continue
      const more = Buffer.byteLength(text)
      try {
        caller.share.hold(received + bytes + more)
        bytes += more
        texts.push(text)
      } catch (error) {
        texts.push(errorText(error, call.id ?? 'null'))
      }
    }
    const text = texts.length === 0 ? undefined : `[${texts.join(',')}]`
    return { text, operation: 'batch', outcome: 'ok' }
  }
}

function errorText(error: unknown, id: string): string {
  return `{"jsonrpc":"2.0","error":${JSON.stringify(toErrorObject(error))},"id":${id}}`
}
