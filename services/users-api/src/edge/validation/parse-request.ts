import type * as z from 'zod'
import { RequestInvalidError } from '../errors.ts'
import type { Writable } from '../json/write-json.ts'
import type { Route } from '../route.ts'
import { describeFaults, type Fault, limitInputs } from './fault.ts'

type Fields = Iterable<readonly [name: string, value: unknown]>

/** The values of a request before they are validated; of equal names the last counts. */
interface RequestValues {
  readonly params: Fields
  readonly query: Fields
  /** A JSON value, a Map of the fields of a form, or undefined where there is no body. */
  readonly body: unknown
}

/**
 * Validates path, query and body of a request together.
 * @throws RequestInvalidError with the faults of all three
 */
export function parseRequest(route: Route, { params, query, body }: RequestValues) {
  const faults: Fault[] = []
  function read<S extends z.ZodType>(where: string, schema: S, input: unknown, missing: unknown) {
    const { data, error } = schema.safeParse(input)
    if (error !== undefined) faults.push(...describeFaults(error.issues, where, input, missing))
    return data as z.output<S>
  }
  function readFields<S extends z.ZodType>(where: string, schema: S, fields: Fields) {
    return read(where, schema, Object.fromEntries(fields), null)
  }
  function readBody(): unknown {
    if (route.body === undefined) return undefined
    const { kind, schema, broken } = route.body
    if (kind !== 'json') return readFields('body', schema, body instanceof Map ? body : [])
    if (body === undefined) {
      faults.push({ type: 'missing', loc: ['body'], msg: 'Field required', input: null })
      return undefined
    }
    const value = read('body', schema, body, body)
    const sentence = value === undefined ? undefined : broken?.(value)
    if (sentence !== undefined) {
      const msg = `Value error, ${sentence}`
      faults.push({ type: 'value_error', loc: ['body'], msg, input: body as Writable, ctx: { error: {} } })
    }
    return value
  }
  const parsed = {
    path: readFields('path', route.pathFields, params),
    query: readFields('query', route.queryFields, query),
    body: readBody(),
  }
  if (faults.length > 0) throw new RequestInvalidError(limitInputs(faults))
  return parsed
}
