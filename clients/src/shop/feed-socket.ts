import { on } from 'node:events'
import { feedCloses, feedPaths } from '@polyservice-lab/contracts/shop'
import type { WebSocket } from 'ws'
import { abortError, callSignal } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { describeClose, describeMessage } from '../websocket/describe-frame.ts'
import { closedError, silentError } from '../websocket/echo-errors.ts'
import { openWebSocket } from '../websocket/open-web-socket.ts'
import type { FeedSource } from './event-stream.ts'

/** Messages that wait for their reader before the socket is no longer read. */
const waitingMax = 100

/**
 * The messages of a WebSocket of the feed as they come.
 * @throws LabError of the close, and `unavailable` where the server is silent
 */
export async function* readFeedSocket(source: FeedSource): AsyncGenerator<string> {
  const { address, after, token, signal, tell, keepaliveMs } = source
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const path = `${feedPaths.socket}?after=${after}`
  const opening = { address, path, headers, origin: undefined, compression: false, tell }
  let failure: LabError | undefined
  const { socket, messages } = await openWebSocket(opening, callSignal(source, { signal }), (opened) => {
    opened.on('error', () => {})
    opened.on('close', (code, reason) => {
      tell?.({ direction: 'received', text: describeClose(code, reason.toString()) })
      failure ??= closedFeed(code, reason.toString())
    })
    const options = { close: ['close'], highWaterMark: waitingMax, lowWaterMark: 1 }
    return { socket: opened, messages: on(opened, 'message', options) }
  })
  const end = (error: LabError) => {
    failure ??= error
    socket.terminate()
  }
  const abort = () => end(abortError(signal))
  const beating = keepAlive(socket, keepaliveMs, () => end(silentError(address, keepaliveMs)))
  signal.addEventListener('abort', abort)
  try {
    for await (const [data] of messages) {
      const payload = data as Buffer
      tell?.({ direction: 'received', text: describeMessage(payload, false, false), bytes: payload })
      yield payload.toString()
    }
  } finally {
    signal.removeEventListener('abort', abort)
    clearInterval(beating)
    socket.terminate()
  }
  throw failure ?? new LabError('unavailable', `${address} has gone`)
}

/** Pings at every half of the time: a ping that is not answered by the next one has waited so long. */
function keepAlive(socket: WebSocket, keepaliveMs: number, silent: () => void): NodeJS.Timeout {
  let isAwaited = false
  const heard = () => {
    isAwaited = false
  }
  socket.on('pong', heard)
  socket.on('ping', heard)
  return setInterval(() => {
    // A socket that waits for its reader hears no pong.
    if (isAwaited && !socket.isPaused) return silent()
    isAwaited = true
    socket.ping()
  }, keepaliveMs / 2)
}

function closedFeed(code: number, reason: string): LabError {
  const known = (feedCloses as Readonly<Record<number, (typeof feedCloses)[keyof typeof feedCloses]>>)[code]
  if (code === 1013) return new LabError('resource_exhausted', 'the reader was too slow', { status: code })
  if (known === undefined) return closedError(code, reason)
  const text = `closed with ${code}: ${reason}`
  return new LabError(known, text, { status: code, reason: known === 'out_of_range' ? reason : undefined })
}
