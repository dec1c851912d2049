import { AppError } from '@polyservice-lab/service-kit/app-error'
import { batchTooLong, invalidRequest, methodNotFound } from './errors.ts'
import { type RpcRequest, readMessage } from './messages.ts'
import type { Method } from './method.ts'

/** One request, checked: what is left of it. */
export interface Call {
  /** As metrics name it: the method, or `other` where there is none. */
  readonly operation: string
  /** As JSON; undefined in a notification. */
  readonly id: string | undefined
  readonly writes: boolean
  run(): unknown
}

/**
 * Checks a whole message at once, so that nothing of the message is kept while its methods run but what they need.
 * @returns the call of a request, or those of a batch
 * @throws RpcError where the message is neither
 */
export function readCalls(
  bytes: Buffer,
  methods: ReadonlyMap<string, Method>,
  batchMax: number,
): Call | readonly Call[] {
  const { message, toRequest } = readMessage(bytes)
  if (!Array.isArray(message)) return callOf(() => toRequest(message), methods)
  if (message.length === 0) throw invalidRequest
  if (message.length > batchMax) throw batchTooLong
  return message.map((entry) => callOf(() => toRequest(entry), methods))
}

function callOf(request: () => RpcRequest, methods: ReadonlyMap<string, Method>): Call {
  let call: Omit<Call, 'run'> = { operation: 'other', id: 'null', writes: false }
  try {
    const { method: name, params, id } = request()
    call = { ...call, id }
    const method = methods.get(name)
    if (method === undefined) throw methodNotFound
    call = { operation: name, id, writes: method.writes }
    return { ...call, run: method.prepare(params) }
  } catch (error) {
    // A stack that nobody has read holds its functions, and they hold the whole message.
    if (error instanceof AppError) error.stack = ''
    // Told when it is its turn: a client that may not call a method does not hear what is wrong with the call.
    return failing(call, error)
  }
}

/** The same call, which fails in place of what it would do. */
export function failing(call: Omit<Call, 'run'>, error: unknown): Call {
  return { ...call, run: () => Promise.reject(error) }
}
