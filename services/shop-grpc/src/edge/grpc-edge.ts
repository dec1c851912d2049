import type { DescMethod } from '@bufbuild/protobuf'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import { bearerOf, type ServiceDeps } from '@polyservice-lab/service-kit'
import {
  type CallContext,
  createGrpcServer,
  type GrpcServer,
  serveMethods,
} from '@polyservice-lab/service-kit/grpc'
import type { FeedTail, Shop } from '@polyservice-lab/shop'
import type { Config } from '../config.ts'
import { toWire } from './errors.ts'
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

/** The shop as user.UserService and shop.v1.ShopService. */
export function createGrpcEdge(shop: Shop, tail: FeedTail, config: Config, deps: ServiceDeps): GrpcServer {
  const authorize = ({ name }: DescMethod, { authorization }: CallContext) =>
    shop.access.authorize(bearerOf({ headers: { authorization } }), writes.has(name) ? 'write' : 'read')
  const watchFeed = createWatchFeed(tail, () => shop.feed.newest(), config.streamsMax)
  const routes = [
    ...serveMethods(UserService, userHandlers(shop), authorize),
    ...serveMethods(ShopService, { ...shopHandlers(shop), watchFeed }, authorize),
  ]
  return createGrpcServer({ routes, toWire, limits: config }, deps)
}
