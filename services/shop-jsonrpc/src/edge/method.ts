import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { invalid } from '@polyservice-lab/shop'
import { check } from '@polyservice-lab/shop/json'
import * as z from 'zod'

/** The params of a request (JSON-RPC 2.0, 4.2): by position or by name. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>

/** What can be called: what it takes, what it answers, and how it is documented. */
export interface Method {
  readonly name: string
  readonly summary: string
  /** Whether it changes something: AUTH=writes asks its callers for a token. */
  readonly writes: boolean
  /** The named params, in the order of the positional ones. */
  readonly params: z.ZodObject
  readonly result: z.ZodType
  /** The codes of its errors, beside those that every method has. */
  readonly errors: readonly ErrorCode[]
  /**
   * Checks params, and keeps of them no more than what is needed to run with them.
   * @returns runs the method
   * @throws AppError invalid_argument with a violation for each wrong param
   */
  prepare(params: Params): () => unknown
}

type Definition<Shape extends z.ZodRawShape> = Pick<Method, 'summary' | 'result'> &
  Partial<Pick<Method, 'writes' | 'errors'>> & {
    readonly params: Shape
    run(params: z.output<z.ZodObject<Shape>>): unknown
  }

/** A method whose params are those of a shape, in its order. */
export function method<const Shape extends z.ZodRawShape>(
  name: string,
  { params: shape, run, ...definition }: Definition<Shape>,
): Method {
  const params = z.strictObject(shape)
  const names = Object.keys(shape)
  return {
    ...{ name, writes: false, errors: [], params },
    ...definition,
    prepare(given) {
      const byPosition = Array.isArray(given)
      const named = byPosition ? names.map((key, i) => [key, given[i]] as const) : Object.entries(given)
      const shortened = Object.fromEntries(named.map(([key, value]) => [key, shorten(value)]))
      const { data, violations } = check(params, shortened)
      const tooMany = byPosition && given.length > names.length
      const excess = { field: 'params', description: `must be ${names.length} values at most` }
      if (violations.length > 0 || tooMany) throw invalid(tooMany ? [...violations, excess] : violations)
      return () => run(data as z.output<z.ZodObject<Shape>>)
    },
  }
}

/** More entries than any list but one of numbers may have. */
const othersMax = 100

/**
 * Cuts a list behind so many entries that are no numbers: the list is refused all the same, and nobody else waits while each of
 * a hundred thousand wrong entries is held against a schema.
 */
function shorten(value: unknown): unknown {
  if (!Array.isArray(value) || value.length <= othersMax) return value
  let others = 0
  const end = value.findIndex((entry) => {
    if (typeof entry !== 'number') others += 1
    return others > othersMax
  })
  return end === -1 ? value : value.slice(0, end)
}

/** Params that may be missing or null, which is the same. */
export function optional<const Shape extends z.ZodRawShape>(shape: Shape) {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [
      name,
      (schema as z.ZodType).nullish().transform((value) => value ?? undefined),
    ]),
  ) as unknown as { readonly [Name in keyof Shape]: z.ZodType<z.output<Shape[Name]> | undefined> }
}
