import type { Request } from 'express'
import type * as z from 'zod'
import type { View } from './views.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface RouteInput<Body> {
  readonly request: Request
  readonly body: Body
  /** The query of a list, checked. */
  readonly query: Readonly<Record<string, unknown>>
}

export interface RouteAnswer {
  readonly status: 200 | 201 | 204
  /** None for 204. */
  readonly view?: View
  readonly headers?: Readonly<Record<string, string>>
}

/** An operation of version 2: what it takes, what it answers, and how it is documented. */
export interface Route {
  readonly operationId: string
  readonly method: Method
  /** Below the path of version 2, as Express writes paths. */
  readonly path: string
  readonly summary: string
  readonly body?: z.ZodType
  readonly query?: z.ZodObject
  /** What may be kept of an answer to GET. */
  readonly cacheControl: string
  /** The names of the schemas in the OpenAPI document, and an example of the body. */
  readonly documented: {
    readonly body?: string
    readonly answer?: string
    readonly example?: unknown
    readonly failures: readonly number[]
  }
  handle(input: RouteInput<unknown>): Promise<RouteAnswer>
}

type Definition<Schema extends z.ZodType> = Pick<Route, 'operationId' | 'summary' | 'documented'> & {
  readonly body?: Schema
  readonly query?: z.ZodObject
  readonly cacheControl?: string
  handle(input: RouteInput<z.output<Schema>>): Promise<RouteAnswer>
}

/** A route whose handler takes what its schema makes. */
export function route<Schema extends z.ZodType = z.ZodUndefined>(
  operation: `${Method} /${string}`,
  definition: Definition<Schema>,
): Route {
  const [method, path] = operation.split(' ') as [Method, string]
  return { cacheControl: 'private, no-cache', ...definition, method, path } as Route
}
