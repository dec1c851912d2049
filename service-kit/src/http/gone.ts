import type { Request, Response } from 'express'

/**
 * Calls back once when a client has gone: with its connection, or with its side of the connection, which is all that a
 * server sees of a client that is closed.
 */
export function onGone(request: Request, response: Response, gone: () => void): void {
  const { socket } = request
  socket.once('end', gone)
  response.once('close', () => {
    socket.off('end', gone)
    gone()
  })
  if (socket.readableEnded || response.closed) gone()
}
