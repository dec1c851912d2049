import type * as z from 'zod'
import { RequestInvalidError } from '../errors.ts'
import type { Route } from '../route.ts'
import { describeFaults, type Fault } from './fault.ts'

/** The values of a request before they are validated; of equal names the last counts. */
export interface RequestValues {
  readonly params: Iterable<readonly [string, string]>
  readonly query: Iterable<readonly [string, string]>
  /** A JSON value, the fields of a form by their names, or undefined where there is no body. */
  readonly body: unknown
}

/**
 * Validates path, query and body of a request together.
 * @throws RequestInvalidError with the faults of all three
 */
export function parseRequest({ pathFields, queryFields, body }: Route, values: RequestValues) {
  const faults: Fault[] = []
  const read = (where: string, schema: z.ZodType, input: unknown, missing: unknown) => {
    const { success, data, error } = schema.safeParse(input)
    if (!success) faults.push(...describeFaults(error.issues, where, input, missing))
    return data
  }
  const readFields = (where: string, schema: z.ZodType, fields: Iterable<readonly [string, unknown]>) =>
    read(where, schema, Object.fromEntries(fields), null)

  const parsed = {
    path: readFields('path', pathFields, values.params),
    query: readFields('query', queryFields, values.query),
    body: readBody(),
  }
  if (faults.length > 0) throw new RequestInvalidError(faults)
  return parsed

  function readBody(): unknown {
    if (body === undefined) return undefined
    if (body.kind !== 'json')
      return readFields('body', body.schema, values.body instanceof Map ? values.body : [])
    if (values.body !== undefined) return read('body', body.schema, values.body, values.body)
    faults.push({ type: 'missing', loc: ['body'], msg: 'Field required', input: null })
    return undefined
  }
}
