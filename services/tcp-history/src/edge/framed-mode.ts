import { decodeRequest, FrameError, FrameParser } from '@polyservice-lab/contracts/tcp-history'
import { AppError } from '@polyservice-lab/service-kit'
import type { Connection } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { FramedSession } from './framed-session.ts'

/** Appends that are answered together; so many answers at most wait for a client that does not read. */
const appendsMax = 1_024

/** Serves the frames of a connection that began with the preface, until either side closes. */
export async function serveFramed(connection: Connection, first: Uint8Array, deps: EdgeDeps): Promise<void> {
  connection.keepOpen()
  using session = new FramedSession(connection, deps)
  using share = deps.receiveBudget.open()
  const parser = new FrameParser(deps.config)
  for (let chunk = first; ; ) {
    try {
      for (const frame of parser.push(chunk)) {
        const request = decodeRequest(frame)
        if (request.type !== 'append') await session.answer(request)
        else session.append(request.message)
        if (session.pendingAppends >= appendsMax) await session.answerAppends()
      }
      await session.answerAppends()
      share.hold(parser.heldBytes)
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof AppError)) throw error
      await session.answerAppends()
      return session.end(error)
    }
    const read = await connection.read({ endsOnDrain: true })
    switch (read) {
      case 'closed':
      case 'timeout':
        return
      case 'draining':
        return session.end(new AppError('unavailable', 'the server is about to stop', { reason: 'draining' }))
      case 'fin':
        if (parser.heldBytes > 0) return session.end(new FrameError('the stream ends within a frame'))
        await session.finishFollowing()
        return session.end()
      default:
        chunk = read
    }
  }
}
