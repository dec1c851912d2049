import { services } from '@polyservice-lab/contracts/services'
import type * as wire from '@polyservice-lab/contracts/shop/grpc'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import { type CallOptions, defaultTimeoutMs, streamSignal } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { lostPeer, Retrier } from '../core/retries.ts'
import type { GrpcChannel, MessageStream } from '../grpc/grpc-channel.ts'
import { type ChannelOptions, openChannel } from '../grpc/open-channel.ts'
import {
  type FeedEvent,
  fromEvent,
  fromOrder,
  fromProduct,
  fromUser,
  toOrderStatus,
} from './grpc-messages.ts'
import type { ShopClient, User } from './shop-client.ts'

export interface ShopGrpcClientOptions extends ChannelOptions {
  /** A token of shop-rest, sent with every call. */
  readonly token?: string | undefined
}

/** A user as user.UserService streams one. */
export type NamedUser = Pick<User, 'id' | 'name' | 'email'>

/** Users by id. After the last one, `nextPageToken` names the next page, where there is one. */
export interface NamedUsers extends AsyncIterable<NamedUser> {
  readonly nextPageToken: string | undefined
}

export interface FeedOptions extends CallOptions {
  /** Begins with the event after this number; 0 with the oldest that is kept. Default: what comes from now on. */
  readonly after?: number | undefined
}

/** The shop over gRPC. A role cannot be set over it: where one other than `user` is asked for, a call is `unimplemented`. */
export interface ShopGrpcClient extends ShopClient, AsyncDisposable {
  /** Streams users as fast as they are read. `pageSize` 0, the default, stands for all. */
  streamUsers(
    page?: { readonly pageSize?: number; readonly pageToken?: string },
    call?: CallOptions,
  ): NamedUsers
  /** Adds a user in one call of user.UserService. @param user `id` is the server's choice by default */
  createNamedUser(
    user: Pick<User, 'name' | 'email'> & { readonly id?: number | undefined },
    call?: CallOptions,
  ): Promise<NamedUser>
  /**
   * The events of the shop, until the loop is left. With `retries`, a lost stream is made again and followed from the last
   * event that came: none is lost, none comes twice. It has no deadline, unless the call names one.
   * @example
   * for await (const { seq, type } of createShopGrpcClient({ retries: {} }).feed({ after: 0 })) console.log(seq, type)
   */
  feed(options?: FeedOptions): AsyncIterableIterator<FeedEvent>
}

const user = UserService.method
const shop = ShopService.method
const reads = [
  ...[user.getUser, user.listUsers, shop.getUser, shop.getProduct, shop.listProducts],
  ...[shop.getOrder, shop.listOrders],
]

/** Default: 127.0.0.1:50052. It connects when it is first used, and holds the connection until it is disposed. */
export function createShopGrpcClient({ token, ...options }: ShopGrpcClientOptions = {}): ShopGrpcClient {
  const metadata = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...options.metadata }
  const channel = openChannel({ ...options, metadata }, services['shop-grpc'].port, reads)
  const unary: GrpcChannel['unary'] = (method, request, call) => {
    const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs
    return channel.unary(method, request, { ...call, timeoutMs }).catch(rethrow)
  }
  const getUser: ShopClient['getUser'] = async (id, call = {}) =>
    fromUser(await unary(shop.getUser, { id: BigInt(id) }, call))

  const createNamedUser: ShopGrpcClient['createNamedUser'] = async ({ id, name, email }, call = {}) =>
    toNamedUser(await unary(user.createUser, { id: id === undefined ? '' : String(id), name, email }, call))

  function streamUsers({ pageSize = 0, pageToken = '' } = {}, call: CallOptions = {}): NamedUsers {
    const stream = channel.serverStream(user.listUsers, { pageSize, pageToken }, call)
    return {
      async *[Symbol.asyncIterator]() {
        for await (const one of inShopWords(stream)) yield toNamedUser(one)
      },
      get nextPageToken() {
        return stream.trailer('next-page-token')
      },
    }
  }

  return {
    getUser,
    streamUsers,
    createNamedUser,
    feed: (feedOptions) => readFeed(channel, options, feedOptions),
    async listUsers({ limit = 20, ...call } = {}) {
      const ids: number[] = []
      for await (const { id } of streamUsers({ pageSize: Math.min(limit, 100) }, call)) ids.push(id)
      const users = await Promise.all(ids.map((id) => getUser(id, call).catch(unlessGone)))
      return users.filter((one) => one !== undefined)
    },
    async createUser({ name, email, role }, call = {}) {
      assertNoRole(role)
      const { id } = await createNamedUser({ name, email }, call)
      return getUser(id, call)
    },
    async updateUser(id, { name, email, role }, call = {}) {
      if (role !== undefined) assertNoRole(role ?? 'null')
      const rest = name === undefined || email === undefined ? await getUser(id, call) : undefined
      const changed = { name: name ?? rest?.name ?? '', email: email ?? rest?.email ?? '' }
      await unary(user.updateUser, { id: String(id), ...changed }, call)
      return getUser(id, call)
    },
    async deleteUser(id, call = {}) {
      await unary(user.deleteUser, { id: String(id) }, call)
    },
    getProduct: async (id, call = {}) => fromProduct(await unary(shop.getProduct, { id: BigInt(id) }, call)),
    async listProducts({ limit = 20, ...call } = {}) {
      const { products } = await unary(shop.listProducts, { pageSize: limit }, call)
      return products.map(fromProduct)
    },
    getOrder: async (id, call = {}) => fromOrder(await unary(shop.getOrder, { id: BigInt(id) }, call)),
    async listOrders({ limit = 20, userId = 0, status, ...call } = {}) {
      const filter = { userId: BigInt(userId), status: toOrderStatus(status) }
      const { orders } = await unary(shop.listOrders, { pageSize: limit, ...filter }, call)
      return orders.map(fromOrder)
    },
    async placeOrder({ userId, items }, { idempotencyKey = '', ...call } = {}) {
      const request = {
        userId: BigInt(userId),
        items: items.map(({ productId, quantity }) => ({ productId: BigInt(productId), quantity })),
        idempotencyKey,
      }
      return fromOrder(await unary(shop.placeOrder, request, call))
    },
    cancelOrder: async (id, call = {}) => fromOrder(await unary(shop.cancelOrder, { id: BigInt(id) }, call)),
    [Symbol.asyncDispose]: async () => channel[Symbol.dispose](),
  }
}

async function* readFeed(
  channel: GrpcChannel,
  client: ChannelOptions,
  { after, ...call }: FeedOptions = {},
): AsyncGenerator<FeedEvent> {
  const retrier = new Retrier({
    retries: client.retries,
    signal: streamSignal(client, call),
    tell: undefined,
  })
  let last = after
  for (;;)
    try {
      const request = last === undefined ? {} : { after: BigInt(last) }
      for await (const message of inShopWords(channel.serverStream(shop.watchFeed, request, call))) {
        retrier.progress()
        last = Number(message.seq)
        const event = fromEvent(message)
        if (event !== undefined) yield event
      }
      return
    } catch (error) {
      if (!(await retrier.again(lostPeer(error)))) throw error
    }
}

function toNamedUser({ id, name, email }: wire.NamedUser): NamedUser {
  return { id: Number(id), name, email }
}

function assertNoRole(role: string | undefined): void {
  if (role !== undefined && role !== 'user')
    throw new LabError('unimplemented', 'gRPC has no call that sets the role of a user')
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof LabError) || error.code !== 'not_found') throw error
}

async function* inShopWords<T>(stream: MessageStream<T>): AsyncGenerator<T> {
  try {
    yield* stream
  } catch (error) {
    rethrow(error)
  }
}

/** Violations name fields as the other styles do: `user_id` becomes `userId`. */
function rethrow(error: unknown): never {
  if (!(error instanceof LabError) || error.violations.length === 0) throw error
  const violations = error.violations.map(({ field, description }) => ({
    field: field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    description,
  }))
  throw new LabError(error.code, error.message, { ...error, violations, cause: error.cause })
}
