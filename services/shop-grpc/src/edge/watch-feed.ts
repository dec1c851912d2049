import type { ShopService } from '@polyservice-lab/contracts/shop/grpc'
import { AppError } from '@polyservice-lab/service-kit'
import type { Handlers } from '@polyservice-lab/service-kit/grpc'
import type { FeedTail } from './feed-tail.ts'

/** shop.v1.ShopService/WatchFeed, at most `streamsMax` at a time: ends by the client, an error or a drain. */
export function createWatchFeed(
  tail: FeedTail,
  streamsMax: number,
): Handlers<typeof ShopService>['watchFeed'] {
  let open = 0
  return async function* watchFeed(request, call) {
    if (open >= streamsMax) throw new AppError('unavailable', `${streamsMax} feeds are open already`)
    open += 1
    try {
      const after = request.after === undefined ? await tail.newest() : Number(request.after)
      // The client may rely on it: what happens from now on comes.
      call.sendInitialMetadata()
      const signal = AbortSignal.any([call.signal, call.draining])
      for await (const { message } of tail.follow(after, signal)) yield message
    } finally {
      open -= 1
    }
  }
}
