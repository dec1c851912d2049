export { readShopConfig, type ShopConfig } from './src/config.ts'
export {
  type Cents,
  type Order,
  type OrderItem,
  type OrderStatus,
  orderStatuses,
  type Product,
  type Role,
  roles,
  type ShopEvent,
  type User,
} from './src/domain/entities.ts'
export { type Feed, type FeedPart, isPosition, OutOfFeedError, positionText } from './src/domain/feed.ts'
export { assertList, isSearch, type ListRequest, listRuleTexts } from './src/domain/list-rules.ts'
export {
  type Lists,
  type Page,
  type PageNumber,
  type Position,
  type Selection,
  type Slice,
  type SortKey,
  sortOfText,
} from './src/domain/lists.ts'
export type { OrderChanges, OrderInput, Orders } from './src/domain/orders.ts'
export type { Products } from './src/domain/products.ts'
export {
  emailLengthMax,
  emailPattern,
  idOfText,
  invalid,
  isEmail,
  isId,
  isIdempotencyKey,
  isName,
  isQuantity,
  itemsMax,
  nameLengthMax,
  notFound,
  quantityMax,
  ruleTexts,
} from './src/domain/rules.ts'
export type {
  OrderFilter,
  OrderRequest,
  OrderSortKey,
  PlacedOrder,
  ProductFilter,
  ProductSortKey,
  UserFilter,
  UserSortKey,
} from './src/domain/store.ts'
export type { Condition, UserChanges, UserInput, Users } from './src/domain/users.ts'
export { FeedEvents } from './src/feed-events.ts'
export { createFeedTail, type FeedTail } from './src/feed-tail.ts'
export { type OpenShop, openShop, type Shop, type ShopOptions } from './src/open-shop.ts'
export { type Access, isSame } from './src/security/access.ts'
export type { Cursors } from './src/security/cursors.ts'
