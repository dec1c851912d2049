import * as z from 'zod'
import type { ErrorCode } from '../errors/error-codes.ts'
import { answers } from './schemas.ts'

/** `error.code` of a message that is no JSON, and of JSON that is no request (JSON-RPC 2.0, 5.1). */
export const rpcParseError = -32_700
export const rpcInvalidRequest = -32_600

/** `error.code` of each code: those of the specification, and -32000 less the number of google.rpc.Code. */
export const rpcErrors = {
  invalid_argument: -32_602,
  unauthenticated: -32_016,
  permission_denied: -32_007,
  not_found: -32_005,
  already_exists: -32_006,
  failed_precondition: -32_009,
  out_of_range: -32_011,
  resource_exhausted: -32_008,
  insufficient_storage: -32_008,
  cancelled: -32_001,
  deadline_exceeded: -32_004,
  unimplemented: -32_601,
  unavailable: -32_014,
  internal: -32_603,
} as const satisfies Record<ErrorCode, number>

const { User, UserV1, Product, Order } = answers

const FullUser = User.omit({ links: true })

/** The entities of shop-jsonrpc: those of REST without links. `AnyUser` is a user in one view or the other. */
export const rpcEntities = {
  User: FullUser,
  BasicUser: UserV1,
  AnyUser: z.union([FullUser, UserV1]),
  Product: Product.omit({ links: true }),
  Order: Order.omit({ links: true }),
} as const

/** A page of a list. */
export function rpcPageOf<Entity extends z.ZodType>(entity: Entity) {
  return z.object({ items: z.array(entity), total: z.int(), page: z.int(), limit: z.int() })
}

const error = z.object({
  code: z.int(),
  message: z.string(),
  data: z
    .object({
      code: z.string(),
      reason: z.string().optional(),
      violations: z.array(z.object({ field: z.string(), description: z.string() })).optional(),
    })
    .optional(),
})

/** A response object (JSON-RPC 2.0, 5): a result or an error. */
export const rpcResponse = z.union([
  z.object({
    jsonrpc: z.literal('2.0'),
    result: z.unknown(),
    id: z.unknown(),
    error: z.undefined().optional(),
  }),
  z.object({ jsonrpc: z.literal('2.0'), error, id: z.unknown() }),
])
export type RpcResponse = z.infer<typeof rpcResponse>
