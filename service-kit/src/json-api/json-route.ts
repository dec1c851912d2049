import type { Request, Response } from 'express'
import type * as z from 'zod'

type Method = 'GET' | 'POST' | 'PUT'

export interface RouteInput<Body, Query> {
  readonly request: Request
  readonly response: Response
  /** The parameter `:id` of the path; empty where it has none. */
  readonly id: string
  readonly body: Body
  /** The JSON of the body as it came. */
  readonly json: unknown
  readonly query: Query
}

export interface JsonAnswer {
  readonly status: 200 | 201 | 202
  readonly value: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that is answered with JSON. */
export interface JsonRoute {
  readonly method: Method
  /** As Express writes paths. */
  readonly path: string
  readonly operation: string
  /** What `:id` of the path looks like: another one names nothing. */
  readonly id?: RegExp
  readonly body?: z.ZodType
  readonly query?: z.ZodObject
  /** Runs when the body is JSON and its members are not looked at yet. */
  readonly check?: (request: Request) => void
  handle(input: RouteInput<unknown, unknown>): Promise<JsonAnswer>
}

interface Definition<Body extends z.ZodType, Query extends z.ZodObject> {
  readonly operation: string
  readonly id?: RegExp
  readonly body?: Body
  readonly query?: Query
  readonly check?: (request: Request) => void
  handle(input: RouteInput<z.output<Body>, z.output<Query>>): Promise<JsonAnswer>
}

/** A route whose handler takes what its schemas make. @param target method and path: `GET /payments/:id` */
export function jsonRoute<
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
>(target: `${Method} /${string}`, definition: Definition<Body, Query>): JsonRoute {
  const [method, path] = target.split(' ') as [Method, string]
  return { ...definition, method, path } as unknown as JsonRoute
}
