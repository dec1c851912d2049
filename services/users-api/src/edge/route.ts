import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import type { User } from '../domain/entities.ts'
import type { Writable } from './json/write-json.ts'

type Shape = z.core.$ZodShape
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
export type Tag = 'authentication' | 'users' | 'files' | 'courses' | 'exercises'

interface RouteInput<P, Q, B, C> {
  readonly path: P
  readonly query: Q
  readonly body: B
  /** Who is logged in. */
  readonly caller: C
  readonly request: IncomingMessage
}

/** What the body of a request must be. */
export interface RequestBody<B> {
  /** How it is read: a JSON value, a form of texts, or a form with a file. */
  readonly kind: 'json' | 'form' | 'upload'
  readonly schema: z.ZodType<B>
}

/** One operation of the API: what it takes, what it answers, and how it is documented. */
export interface Route<P = unknown, Q = unknown, B = unknown, C = unknown> {
  readonly method: Method
  /** Below /api/v1; names of path parameters stand in braces. */
  readonly path: string
  readonly operationId: string
  readonly tag: Tag
  readonly summary: string
  readonly secured: boolean
  readonly pathFields: z.ZodObject
  readonly queryFields: z.ZodObject
  readonly body: RequestBody<B> | undefined
  /** Schema of the answer with status 200. */
  readonly answer: z.ZodType
  /** Statuses beside 200, 401 of a secured route and 422, with what they mean. */
  readonly failures: Readonly<Record<number, string>>
  handle(input: RouteInput<P, Q, B, C>): Promise<Writable>
}

interface RouteDefinition<P extends Shape, Q extends Shape, B, C> {
  readonly method: Method
  readonly path: string
  readonly operationId: string
  readonly tag: Tag
  readonly summary: string
  readonly pathFields?: P
  readonly queryFields?: Q
  readonly body?: RequestBody<B>
  readonly answer: z.ZodType
  readonly failures?: Readonly<Record<number, string>>
  handle(input: RouteInput<z.infer<z.ZodObject<P>>, z.infer<z.ZodObject<Q>>, B, C>): Promise<Writable>
}

/** A route for everybody. */
export function publicRoute<
  P extends Shape = Record<never, never>,
  Q extends Shape = Record<never, never>,
  B = undefined,
>(definition: RouteDefinition<P, Q, B, undefined>): Route {
  return complete(definition, false)
}

/** A route for those who are logged in. */
export function securedRoute<
  P extends Shape = Record<never, never>,
  Q extends Shape = Record<never, never>,
  B = undefined,
>(definition: RouteDefinition<P, Q, B, User>): Route {
  return complete(definition, true)
}

function complete<P extends Shape, Q extends Shape, B, C>(
  definition: RouteDefinition<P, Q, B, C>,
  secured: boolean,
): Route {
  const { pathFields = {}, queryFields = {} } = definition
  const route: Route<z.infer<z.ZodObject<P>>, z.infer<z.ZodObject<Q>>, B, C> = {
    body: undefined,
    failures: {},
    ...definition,
    pathFields: z.object(pathFields),
    queryFields: z.object(queryFields),
    secured,
  }
  // The fields of a route make the values that its handler takes: who runs it need not know their types.
  return route as unknown as Route
}

/** A JSON body. */
export function jsonBody<B>(schema: z.ZodType<B>): RequestBody<B> {
  return { kind: 'json', schema }
}
