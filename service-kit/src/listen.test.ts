import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { httpDrain, listen } from './listen.ts'

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

async function serve(
  answer: Parameters<typeof createServer>[1],
  deadlineMs = 5_000,
): Promise<[Server, () => Promise<Socket>, () => Promise<void>]> {
  const server = createServer({}, answer)
  const drain = httpDrain(server, deadlineMs)
  await listen(server, 0, '127.0.0.1')
  const { port } = server.address() as AddressInfo
  return [
    server,
    async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
    drain,
  ]
}

test('listen rejects when the port is taken', async () => {
  const [server] = await serve(() => {})
  const { port } = server.address() as AddressInfo
  await expect(listen(createServer(), port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' })
  server.close()
})

test('httpDrain answers what is in flight, closes and refuses new connections', async () => {
  let finish = () => {}
  const [server, open, drain] = await serve((_request, response) => {
    finish = () => response.end('done')
  })
  const socket = await open()
  socket.write(request)
  await once(server, 'request')

  const drained = drain()
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  finish()
  const answer = await text(socket)
  expect(answer).toContain('done')
  expect(answer).toContain('Connection: close')
  await drained
})

test('httpDrain answers a request that comes on an idle connection, with Connection: close', async () => {
  const [, open, drain] = await serve((_request, response) => response.end('done'))
  const socket = await open()
  socket.write(request)
  await once(socket, 'data')

  const drained = drain()
  socket.write(request)
  const answer = await text(socket)
  expect(answer).toContain('done')
  expect(answer).toContain('Connection: close')
  await drained
})

test('httpDrain ends idle connections by itself', async () => {
  const [, open, drain] = await serve((_request, response) => response.end('done'))
  const socket = await open()
  await drain()
  expect(await text(socket)).toBe('')
})

test('httpDrain cuts off half a request at its deadline', async () => {
  const [, open, drain] = await serve((_request, response) => response.end('done'), 500)
  const socket = await open()
  socket.write(request.slice(0, 10))
  await drain()
  expect(await text(socket)).toBe('')
})
