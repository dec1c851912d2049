import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { BudgetShare, Logger } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Access } from '@polyservice-lab/shop'
import { batchTooLong, invalidRequest, methodNotFound, toErrorObject } from './errors.ts'
import { readMessage } from './messages.ts'
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

/** One request, checked: what is left of it. */
interface Call {
  readonly operation: string
  /** As JSON; undefined in a notification. */
  readonly id: string | undefined
  readonly writes: boolean
  run(): unknown
}

const answersTooLong = new AppError('resource_exhausted', 'the answers before this one are too many bytes')

/** Answers messages: a request or a batch (JSON-RPC 2.0). */
export function createDispatcher(options: DispatcherOptions) {
  const { access, batchMax, answerBytesMax, logger } = options
  const methods = new Map(options.methods.map((method) => [method.name, method]))

  /** Checks everything at once, so that nothing of a message is kept while its methods run but what they need. */
  function read(bytes: Buffer): Call | readonly Call[] {
    const { message, toRequest } = readMessage(bytes)
    if (!Array.isArray(message)) return callOf(() => toRequest(message))
    if (message.length === 0) throw invalidRequest
    if (message.length > batchMax) throw batchTooLong
    return message.map((entry) => callOf(() => toRequest(entry)))
  }

  function callOf(request: () => ReturnType<ReturnType<typeof readMessage>['toRequest']>): Call {
    let call: Omit<Call, 'run'> = { operation: 'other', id: 'null', writes: false }
    try {
      const { method: name, params, id } = request()
      call = { ...call, id }
      const method = methods.get(name)
      if (method === undefined) throw methodNotFound
      call = { operation: name, id, writes: method.writes }
      return { ...call, run: method.prepare(params) }
    } catch (error) {
      // Who may not call it is not told what is wrong with the call.
      return { ...call, run: () => Promise.reject(error) }
    }
  }

  async function run({ operation, id, writes, run }: Call, { token, requestId }: Caller): Promise<Answer> {
    try {
      if (writes) await access.authorize(token, 'write')
      const result = await run()
      const text =
        id === undefined ? undefined : `{"jsonrpc":"2.0","result":${JSON.stringify(result)},"id":${id}}`
      return { text, operation, outcome: 'ok' }
    } catch (error) {
      return failed(error, id, { operation, requestId })
    }
  }

  function failed(
    error: unknown,
    id: string | undefined,
    about: { operation: string; requestId: string },
  ): Answer {
    const outcome = error instanceof AppError ? error.code : 'internal'
    if (outcome === 'internal' || outcome === 'insufficient_storage')
      logger.error({ err: error, ...about }, 'failed')
    return { text: id === undefined ? undefined : errorText(error, id), operation: about.operation, outcome }
  }

  async function runAll(calls: readonly Call[], caller: Caller, received: number): Promise<Answer> {
    const texts: string[] = []
    let bytes = 0
    for (const call of calls) {
      const isTooLong = call.id !== undefined && bytes > answerBytesMax
      const { text } = await run(
        isTooLong ? { ...call, run: () => Promise.reject(answersTooLong) } : call,
        caller,
      )
      if (text === undefined) continue
      texts.push(hold(text, call.id))
    }
    return {
      text: texts.length === 0 ? undefined : `[${texts.join(',')}]`,
      operation: 'batch',
      outcome: 'ok',
    }

    /** An answer, or the error that there is no room for it beside those of all others. */
    function hold(text: string, id = 'null'): string {
      const more = Buffer.byteLength(text)
      try {
        caller.share.hold(received + bytes + more)
        bytes += more
        return text
      } catch (error) {
        return errorText(error, id)
      }
    }
  }

  return async function answer(bytes: Buffer, caller: Caller): Promise<Answer> {
    let calls: Call | readonly Call[]
    try {
      calls = read(bytes)
    } catch (error) {
      return failed(error, 'null', { operation: 'other', requestId: caller.requestId })
    }
    return 'run' in calls ? run(calls, caller) : runAll(calls, caller, bytes.length)
  }
}

function errorText(error: unknown, id: string): string {
  return `{"jsonrpc":"2.0","error":${JSON.stringify(toErrorObject(error))},"id":${id}}`
}
