import * as z from 'zod'
import { answers } from './schemas.ts'

/** Where shop-live has the feed. */
export const feedPaths = { poll: '/events', stream: '/events/stream', socket: '/events/ws' } as const

/** What a WebSocket of the feed is closed with, beside the codes of RFC 6455. */
export const feedCloses = {
  4400: 'invalid_argument',
  4401: 'unauthenticated',
  4403: 'permission_denied',
  4410: 'out_of_range',
  4416: 'out_of_range',
} as const

const seq = z.int().min(1)
const time = z.iso.datetime({ precision: 3 })

/** A change of the shop, with the user or the order after it; a deleted user as it last was. */
export const ShopEvent = z.union([
  z.object({
    seq,
    type: z.enum(['user.created', 'user.updated', 'user.deleted']),
    time,
    data: answers.User.omit({ links: true }),
  }),
  z.object({
    seq,
    type: z.enum(['order.placed', 'order.cancelled']),
    time,
    data: answers.Order.omit({ links: true }),
  }),
])
export type ShopEvent = Readonly<z.infer<typeof ShopEvent>>

/** What a poll is answered: `next` is where to go on, `last` the number of the newest event. */
export const ShopFeedPart = z.object({
  events: z.array(ShopEvent),
  next: z.int().min(0),
  last: z.int().min(0),
})
export type ShopFeedPart = Readonly<z.infer<typeof ShopFeedPart>>
