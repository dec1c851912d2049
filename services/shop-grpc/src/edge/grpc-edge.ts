import type { DescMethod } from '@bufbuild/protobuf'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { type CallContext, createGrpcServer, serveMethods } from '@polyservice-lab/service-kit/grpc'
import type { Shop } from '@polyservice-lab/shop'
import type { Config } from '../config.ts'
import { toWire } from './errors.ts'
import { createFeedTail } from './feed-tail.ts'
import { shopHandlers } from './shop-service.ts'
import { userHandlers } from './user-service.ts'
import { createWatchFeed } from './watch-feed.ts'

const writes: ReadonlySet<string> = new Set(
  [
    UserService.method.createUser,
    UserService.method.updateUser,
    UserService.method.deleteUser,
    ShopService.method.placeOrder,
    ShopService.method.cancelOrder,
  ].map(({ name }) => name),
)

export interface GrpcEdge extends AsyncDisposable {
  start(): Promise<void>
}

/** The shop as user.UserService and shop.v1.ShopService. */
export function createGrpcEdge(shop: Shop, config: Config, deps: ServiceDeps): GrpcEdge {
  const tail = createFeedTail(shop.feed)
  const authorize = ({ name }: DescMethod, call: CallContext) =>
    shop.access.authorize(bearerOf(call), writes.has(name) ? 'write' : 'read')
  const watchFeed = createWatchFeed(tail, config.streamsMax)
  const routes = [
    ...serveMethods(UserService, userHandlers(shop), authorize),
    ...serveMethods(ShopService, { ...shopHandlers(shop), watchFeed }, authorize),
  ]
  const server = createGrpcServer({ routes, toWire, limits: config }, deps)
  return {
    start: () => server.start(config.port, config.host),
    async [Symbol.asyncDispose]() {
      await server.drain(config.drainTimeoutMs)
      await tail[Symbol.asyncDispose]()
    },
  }
}

/** The token of the scheme Bearer (RFC 6750, 2.1); of another scheme an empty one, which is never valid. */
function bearerOf({ authorization }: CallContext): string | undefined {
  if (!authorization) return undefined
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
}
