import * as z from 'zod'
import { type answers, defineRequests } from './schemas.ts'

export {
  type RpcResponse,
  rpcEntities,
  rpcErrors,
  rpcInvalidRequest,
  rpcPageOf,
  rpcParseError,
  rpcResponse,
} from './json-rpc.ts'
export { feedCloses, feedPaths, ShopEvent, ShopFeedPart } from './live.ts'
export { answers, defineRequests, type Scalars } from './schemas.ts'

/** Where version 2 of REST is. */
export const restPath = '/api/v2'

const number = z.number()
const text = z.string()
/** What a client sends, by its type alone: what is wrong in it, the server says. */
const requests = defineRequests({ id: number, name: text, email: text, quantity: number, itemsMax: 50 })

type Members<Schema extends z.ZodType, Name extends keyof z.infer<Schema>> = Readonly<
  Pick<z.infer<Schema>, Name>
>

export type ShopUser = Readonly<z.infer<typeof answers.User>>
export type ShopProduct = Readonly<z.infer<typeof answers.Product>>
export type ShopOrder = Readonly<z.infer<typeof answers.Order>>
export type NewShopUser = Members<typeof requests.NewUser, 'name' | 'email' | 'role'>
export type ShopUserChanges = Members<typeof requests.UserPatch, 'name' | 'email' | 'role'>
export interface NewShopOrder {
  readonly userId: number
  readonly items: readonly { readonly productId: number; readonly quantity: number }[]
}
/** The body of an error of version 2 (RFC 9457). */
export type ShopProblem = Readonly<z.infer<typeof answers.Problem>>
