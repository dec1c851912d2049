import type { IncomingMessage } from 'node:http'
import type { User } from '../domain/entities.ts'
import type { Writable } from './json/write-json.ts'
import type { Fields, FieldValues } from './validation/fields.ts'
import type { RequestBody } from './validation/request-body.ts'
import type { JsonSchema } from './validation/schema.ts'

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

/** One operation of the API: what it takes, what it answers, and how it is documented. */
export interface Route<P = unknown, Q = unknown, B = unknown, C = unknown> {
  readonly method: Method
  /** Below /api/v1; names of path parameters stand in braces. */
  readonly path: string
  readonly operationId: string
  readonly tag: Tag
  readonly summary: string
  readonly secured: boolean
  readonly pathFields: Fields
  readonly queryFields: Fields
  readonly body: RequestBody<B> | undefined
  /** Schema of the answer with status 200. */
  readonly answer: JsonSchema
  /** Statuses beside 200, 401 of a secured route and 422, with what they mean. */
  readonly failures: Readonly<Record<number, string>>
  handle(input: RouteInput<P, Q, B, C>): Promise<Writable>
}

interface RouteDefinition<P extends Fields, Q extends Fields, B, C> {
  readonly method: Method
  readonly path: string
  readonly operationId: string
  readonly tag: Tag
  readonly summary: string
  readonly pathFields?: P
  readonly queryFields?: Q
  readonly body?: RequestBody<B>
  readonly answer: JsonSchema
  readonly failures?: Readonly<Record<number, string>>
  handle(input: RouteInput<FieldValues<P>, FieldValues<Q>, B, C>): Promise<Writable>
}

/** A route for everybody. */
export function publicRoute<
  P extends Fields = Record<never, never>,
  Q extends Fields = Record<never, never>,
  B = undefined,
>(definition: RouteDefinition<P, Q, B, undefined>): Route {
  return complete(definition, false)
}

/** A route for those who are logged in. */
export function securedRoute<
  P extends Fields = Record<never, never>,
  Q extends Fields = Record<never, never>,
  B = undefined,
>(definition: RouteDefinition<P, Q, B, User>): Route {
  return complete(definition, true)
}

function complete<P extends Fields, Q extends Fields, B, C>(
  definition: RouteDefinition<P, Q, B, C>,
  secured: boolean,
): Route {
  const route: Route<FieldValues<P>, FieldValues<Q>, B, C> = {
    pathFields: {},
    queryFields: {},
    body: undefined,
    failures: {},
    ...definition,
    secured,
  }
  // The fields of a route make the values that its handler takes: who runs it need not know their types.
  return route as Route
}
