import type { Request } from 'express'
import type * as z from 'zod'
import { RequestInvalidError } from '../errors.ts'
import type { Writable } from '../json/write-json.ts'
import type { Route } from '../route.ts'
import { describeFaults, type Fault, limitInputs } from './fault.ts'

/**
 * Validates path, query and body of a request together; of equal names the last counts.
 * @param body a JSON value, a Map of the fields of a form, or undefined where there is no body
 * @throws RequestInvalidError with the faults of all three
 */
export function parseRequest(route: Route, { params, url }: Request, body: unknown) {
  const faults: Fault[] = []
  function read<S extends z.ZodType>(where: string, schema: S, input: unknown, missing: unknown) {
    const { data, error } = schema.safeParse(input)
    if (error !== undefined) faults.push(...describeFaults(error.issues, where, input, missing))
    return data as z.output<S>
  }
  function readBody(): unknown {
    if (route.body === undefined) return undefined
    const { kind, schema, broken } = route.body
    if (kind !== 'json')
      return read('body', schema, Object.fromEntries(body instanceof Map ? body : []), null)
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
    path: route.pathFields === undefined ? {} : read('path', route.pathFields, params, null),
    query: route.queryFields === undefined ? {} : read('query', route.queryFields, queryOf(url), null),
    body: readBody(),
  }
  if (faults.length > 0) throw new RequestInvalidError(limitInputs(faults))
  return parsed
}

function queryOf(url: string): Readonly<Record<string, string>> {
  const question = url.indexOf('?')
  return question < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(question + 1)))
}
