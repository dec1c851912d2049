import { isUtf8 } from 'node:buffer'
import type { Request } from 'express'
import { HttpError, readBody } from '../http/index.ts'
import type { BudgetShare } from '../receive-budget.ts'

/** The parameters of a request, none of them checked. Members of no meaning are left out. */
export interface Params {
  readonly query?: unknown
  readonly operationName?: unknown
  readonly variables?: unknown
  readonly extensions?: unknown
}

const badRequest = (message: string) => new HttpError(400, message)

/**
 * The parameters that a request has in its body or in its query: those of one operation, or of a batch.
 * @throws HttpError 400, 413, 415, AppError unavailable
 */
export async function readParams(
  request: Request,
  { bodyBytesMax, batchMax }: { readonly bodyBytesMax: number; readonly batchMax: number },
  share: BudgetShare,
): Promise<{ readonly params: Params | readonly unknown[]; readonly bytes: number }> {
  if (request.method !== 'POST') return { params: paramsOfUrl(request.url), bytes: request.url.length }
  checkContentType(request)
  const bytes = await readBody(request, bodyBytesMax, share)
  if (!isUtf8(bytes)) throw badRequest('the body is not UTF-8')
  const value = parse(bytes.toString(), 'the body')
  if (!Array.isArray(value)) return { params: paramsOf(value), bytes: bytes.length }
  if (value.length === 0) throw badRequest('a batch has at least one request')
  if (value.length > batchMax) throw new HttpError(413, `a batch has at most ${batchMax} requests`)
  return { params: value, bytes: bytes.length }
}

/** @throws HttpError 400 */
export function paramsOf(value: unknown): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('a request is a JSON object')
  const { query, operationName, variables, extensions } = value as Params
  if (typeof query !== 'string') throw badRequest('a request has a query, which is a text')
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw badRequest('operationName is a text')
  return { query, operationName: operationName || undefined, variables, extensions }
}

function paramsOfUrl(url: string): Params {
  const question = url.indexOf('?')
  const given = new URLSearchParams(question < 0 ? '' : url.slice(question + 1))
  const json = (name: string) => {
    const text = given.get(name)
    return text === null || text === '' ? undefined : parse(text, name)
  }
  return {
    query: given.get('query') ?? undefined,
    operationName: given.get('operationName') || undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  }
}

function checkContentType({ headers }: Request): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  const isUnicode = charset === undefined || /^\s*charset="?utf-?8"?\s*$/.test(charset)
  const isPlain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity'
  if (type.trim() !== 'application/json' || !isUnicode || !isPlain)
    throw new HttpError(415, 'the body must be application/json in UTF-8', { Accept: 'application/json' })
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`${what} is not JSON`)
  }
}
