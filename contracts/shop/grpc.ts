export type { Money } from '../gen/google/type/money_pb.ts'
export {
  type Event,
  EventSchema,
  type Order,
  OrderStatus,
  type Product,
  Role,
  ShopService,
  type User,
} from '../gen/shop/v1/shop_pb.ts'
export { type User as NamedUser, UserService } from '../gen/user_pb.ts'
