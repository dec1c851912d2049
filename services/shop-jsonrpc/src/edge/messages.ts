import { isUtf8 } from 'node:buffer'
import { invalidRequest, parseError } from './errors.ts'
import type { Params } from './method.ts'

/** A request object (JSON-RPC 2.0, 4) that is one. */
export interface RpcRequest {
  readonly method: string
  readonly params: Params
  /** As it was sent; undefined in a notification. */
  readonly id: string | undefined
}

/** Ids that JSON.parse does not keep as they are written: `1.0`, `1e2`, `-0`, more digits than a double has. */
const oddId = /"id"\s*:\s*(?:-0|-?\d+[.eE])/

/**
 * A message as JSON, and a function that takes what should be a request in it for one.
 * @throws RpcError Parse error
 */
export function readMessage(bytes: Buffer) {
  if (!isUtf8(bytes)) throw parseError
  const text = bytes.toString()
  const spellings = new WeakMap<object, string>()
  try {
    const message: unknown = oddId.test(text) ? parseNoting(text, spellings) : JSON.parse(text)
    return { message, toRequest: (value: unknown) => toRequest(value, spellings) }
  } catch {
    throw parseError
  }
}

/** Notes how the number of each `id` is written. */
function parseNoting(text: string, spellings: WeakMap<object, string>): unknown {
  const note = function (this: object, key: string, value: unknown, context?: { readonly source?: string }) {
    if (key === 'id' && typeof value === 'number' && context?.source !== undefined)
      spellings.set(this, context.source)
    return value
  }
  try {
    return JSON.parse(text, note)
  } catch (error) {
    // Deeper than a reviver goes.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

/** @throws RpcError Invalid Request */
function toRequest(value: unknown, spellings: WeakMap<object, string>): RpcRequest {
  if (typeof value !== 'object' || value === null) throw invalidRequest
  const { jsonrpc, method, params = [], id } = value as Readonly<Record<string, unknown>>
  const isRequest = jsonrpc === '2.0' && typeof method === 'string' && isParams(params) && isId(id)
  if (!isRequest) throw invalidRequest
  return { method, params, id: id === undefined ? undefined : (spellings.get(value) ?? JSON.stringify(id)) }
}

function isParams(params: unknown): params is Params {
  return typeof params === 'object' && params !== null
}

function isId(id: unknown): boolean {
  if (typeof id === 'number')
    return Number.isFinite(id) && (Number.isSafeInteger(id) || !Number.isInteger(id))
  return id === undefined || id === null || typeof id === 'string'
}
