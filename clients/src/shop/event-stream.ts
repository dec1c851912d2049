import { feedPaths } from '@polyservice-lab/contracts/shop'
import { abortError, callSignal, connectionError } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import type { Tell } from '../core/wire.ts'
import { describeRequest, describeResponse } from '../rest/http-wire.ts'
import { failureOf } from './problems.ts'

/** How a stream of the feed is opened. */
export interface FeedSource {
  /** host:port */
  readonly address: string
  /** Default: the feed of the shop. */
  readonly path?: string | undefined
  readonly after: number
  readonly token: string | undefined
  /** How long the server may be silent, in ms. */
  readonly keepaliveMs: number
  /** How long the opening may take. Default: as any call. */
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal
  readonly tell: Tell | undefined
}

/**
 * The data of server-sent events (HTML, 9.2.6) as they come.
 * @throws LabError, `unavailable` where the stream ends or its server is silent
 */
export async function* readEventStream(source: FeedSource): AsyncGenerator<string> {
  const { address, signal, tell, keepaliveMs } = source
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), keepaliveMs)
  try {
    const response = await open(source, AbortSignal.any([signal, silence.signal]), () => timer.refresh())
    let rest = ''
    for await (const text of (response.body as ReadableStream).pipeThrough(new TextDecoderStream())) {
      timer.refresh()
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        tell?.({ direction: 'received', text: block })
        const data = dataOf(block)
        if (data !== undefined) yield data
      }
    }
  } catch (error) {
    if (error instanceof LabError) throw error
    if (signal.aborted) throw abortError(signal)
    if (silence.signal.aborted)
      throw new LabError('unavailable', `${address} was silent for ${keepaliveMs} ms`)
    throw connectionError(address, error instanceof TypeError ? (error.cause ?? error) : error)
  } finally {
    clearTimeout(timer)
  }
  throw new LabError('unavailable', `${address} has ended the stream`)
}

async function open(source: FeedSource, signal: AbortSignal, opened: () => void): Promise<Response> {
  const { address, path = feedPaths.stream, after, token, tell, timeoutMs } = source
  const url = new URL(`http://${address}${path}`)
  url.searchParams.set('after', String(after))
  const headers = new Headers({ Accept: 'text/event-stream' })
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  tell?.(describeRequest('GET', url, headers, undefined))
  const opening = new AbortController()
  const timeout = callSignal({ timeoutMs })
  const abort = () => opening.abort(timeout.reason)
  timeout.addEventListener('abort', abort)
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, opening.signal]) })
    opened()
    tell?.(describeResponse(response, ''))
    if (response.status === 200) return response
    throw failureOf(response.status, response.headers, await response.text())
  } catch (error) {
    if (timeout.aborted && !signal.aborted) throw abortError(timeout)
    throw error
  } finally {
    timeout.removeEventListener('abort', abort)
  }
}

function dataOf(block: string): string | undefined {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'))
  return lines.length === 0 ? undefined : lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n')
}
