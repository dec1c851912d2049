import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { rpcEntities } from '@polyservice-lab/contracts/shop'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import * as z from 'zod'
import { toErrorObject } from './errors.ts'
import { type Method, method } from './method.ts'

/** The JSON Schema of OpenRPC 1.3. */
const target = 'draft-7'

/** A piece of an OpenRPC document, or a schema of JSON Schema. */
type Json = { readonly [key: string]: unknown }

const texts = {
  invalid_argument: 'The params are wrong: data.violations names which',
  unauthenticated: 'A token is needed, or is not valid',
  not_found: 'There is no such thing: data.reason says what',
  already_exists: 'Another user has the email',
  failed_precondition: 'The state of the shop forbids it: data.reason says why',
  out_of_range: 'The result is beyond 2^53-1',
  resource_exhausted: 'The answers of the batch are too many bytes',
  unavailable: 'Not now',
  internal: 'internal error',
} as const satisfies Partial<Record<ErrorCode, string>>

/** The OpenRPC 1.3 document of some methods, and the method that answers with it; its schemas are those that validate. */
export function discoverOf(methods: readonly Method[]): Method {
  const results = resultsOf(methods)
  const document = {
    openrpc: '1.3.2',
    info: {
      title: 'shop-jsonrpc',
      version: '1.0.0',
      description: 'Users, products and orders, and the methods of the examples of JSON-RPC 2.0, section 7',
      license: { name: 'MIT' },
    },
    servers: [{ name: 'This server', url: '/rpc' }],
    methods: methods.map((method) => describeMethod(method, results(method.result))),
    components: {
      schemas: Object.fromEntries(
        Object.entries(rpcEntities).map(([name, schema]) => [name, results(schema, true)]),
      ),
      errors: Object.fromEntries(
        Object.entries(texts).map(([code, message]) => [code, describeError(code as ErrorCode, message)]),
      ),
    },
  }
  return method('rpc.discover', {
    summary: 'This document',
    params: {},
    result: z.looseObject({ openrpc: z.string() }),
    run: () => document,
  })
}

function describeMethod({ name, summary, params, writes, errors }: Method, result: Json): Json {
  const shape = Object.entries<z.ZodType>(params.shape as Record<string, z.ZodType>)
  const codes: readonly ErrorCode[] = [
    ...(shape.length > 0 ? (['invalid_argument'] as const) : []),
    ...(writes ? (['unauthenticated'] as const) : []),
    ...errors,
    ...(['resource_exhausted', 'unavailable', 'internal'] as const),
  ]
  return {
    name,
    summary,
    paramStructure: 'either',
    params: shape.map(([param, schema]) => ({
      name: param,
      required: !schema.safeParse(undefined).success,
      schema: bare(z.toJSONSchema(schema, { io: 'input', target }) as Json),
    })),
    result: { name: 'result', schema: result },
    errors: codes.map((code) => ({ $ref: `#/components/errors/${code}` })),
  }
}

function describeError(code: ErrorCode, message: string): Json {
  const { code: number } = toErrorObject(new AppError(code, message))
  return { code: number, message, data: { code } }
}

/** Makes schemas of results, in which entities are references. */
function resultsOf(methods: readonly Method[]) {
  const registry = z.registry<{ readonly id: string }>()
  for (const [id, schema] of Object.entries<z.ZodType>(rpcEntities)) registry.add(schema, { id })
  for (const { name, result } of methods) if (!registry.has(result)) registry.add(result, { id: name })
  const uri = (id: string) => `#/components/schemas/${id}`
  const { schemas } = z.toJSONSchema(registry, { uri, target })
  const entities: readonly z.ZodType[] = Object.values(rpcEntities)
  return (schema: z.ZodType, isDefinition = false): Json => {
    const id = registry.get(schema)?.id ?? ''
    return entities.includes(schema) && !isDefinition ? { $ref: uri(id) } : bare(schemas[id] as Json)
  }
}

function bare({ $schema, $id, ...schema }: Json): Json {
  return schema
}
