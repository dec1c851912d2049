import type { Request } from 'express'
import * as z from 'zod'
import type { User } from '../domain/entities.ts'
import type { Writable } from './json/write-json.ts'
import { schemas } from './validation/schemas.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
export type Tag = 'authentication' | 'users' | 'files' | 'courses' | 'exercises'

interface RouteInput<P extends string, Q extends string, B, C> {
  readonly path: Readonly<Record<P, string>>
  readonly query: Readonly<Record<Q, string>>
  readonly body: B
  /** Who is logged in. */
  readonly caller: C
  readonly request: Request
}

/** How a body is read: as a JSON value, a form of texts, or a form with a file. */
export type BodyKind = 'json' | 'form' | 'upload'

/** What the body of a request must be. */
interface RequestBody<B> {
  readonly kind: BodyKind
  readonly schema: z.ZodType<B>
  /** Gives the sentence that says which rule over several fields a value breaks. */
  broken?(value: NoInfer<B>): string | undefined
}

interface Definition<P extends string, Q extends string, B, C> {
  readonly operationId: string
  readonly summary: string
  readonly pathFields?: Readonly<Record<P, z.ZodType<string>>>
  readonly queryFields?: Readonly<Record<Q, z.ZodType<string>>>
  readonly body?: RequestBody<B>
  /** Schema of the answer with status 200; null where there is none. */
  readonly answer?: z.ZodType
  /** Statuses beside 200, 401 of a secured route and 422, with what they mean. */
  readonly failures?: Readonly<Record<number, string>>
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that answers null need not say so
  handle(input: RouteInput<P, Q, B, C>): Promise<Writable | void>
}

export type FieldsSchema = z.ZodObject<Readonly<Record<string, z.ZodType<string>>>>

/** One operation of the API: what it takes, what it answers, and how it is documented. */
export interface Route
  extends Required<Omit<Definition<string, string, unknown, unknown>, `${string}Fields` | 'body'>> {
  readonly method: Method
  /** Below /api/v1; names of path parameters stand in braces. */
  readonly path: string
  readonly tag: Tag
  readonly secured: boolean
  readonly pathFields: FieldsSchema | undefined
  readonly queryFields: FieldsSchema | undefined
  readonly body: RequestBody<unknown> | undefined
  handle(input: RouteInput<string, string, unknown, unknown>): Promise<Writable>
}

type Operation = `${Method} /${Tag}${string}`

/** A route for everybody. */
export function publicRoute<P extends string = never, Q extends string = never, B = undefined>(
  operation: Operation,
  definition: Definition<P, Q, B, undefined>,
): Route {
  return complete(operation, definition, false)
}

/** A route for those who are logged in. */
export function securedRoute<P extends string = never, Q extends string = never, B = undefined>(
  operation: Operation,
  definition: Definition<P, Q, B, User>,
): Route {
  return complete(operation, definition, true)
}

/** The fields of a route make the values that its handler takes: who runs the route need not know their types. */
function complete(
  operation: Operation,
  definition: Definition<string, string, unknown, unknown>,
  secured: boolean,
): Route {
  const [method, path] = operation.split(' ') as [Method, string]
  return {
    answer: schemas.Nothing,
    failures: {},
    body: undefined,
    ...definition,
    method,
    path,
    tag: path.split('/')[1] as Tag,
    secured,
    pathFields: definition.pathFields && z.object(definition.pathFields),
    queryFields: definition.queryFields && z.object(definition.queryFields),
    handle: async (input) => (await definition.handle(input)) ?? null,
  }
}
