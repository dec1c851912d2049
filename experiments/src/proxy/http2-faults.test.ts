import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants, createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { FaultInput } from './fault.ts'
import { startFaultProxy } from './fault-proxy.ts'

/** A server that answers with five DATA frames and trailers, behind a proxy, and a session with it. */
async function sessionBehind(faults: FaultInput[]) {
  const server = createServer()
  const resets: number[] = []
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {})
    stream.on('close', () => resets.push(stream.rstCode))
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }))
    const send = (n: number) => {
      if (stream.destroyed) return
      if (n === 5) stream.end('5')
      else stream.write(String(n), () => send(n + 1))
    }
    stream.resume().on('end', () => send(1))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const upstream = { host: '127.0.0.1', port }
  const proxy = await startFaultProxy({ upstream, protocol: 'http2', faults })
  const session = connect(`http://127.0.0.1:${proxy.port}`)
  session.on('error', () => {})
  onTestFinished(async () => {
    session.destroy()
    await proxy[Symbol.asyncDispose]()
    server.close()
  })
  return { proxy, session, resets }
}

async function request(session: ClientHttp2Session) {
  const stream = session.request({ ':path': '/', ':method': 'POST', 'x-name': crypto.randomUUID() })
  let body = ''
  let trailer: unknown
  stream.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  stream.on('trailers', (headers) => {
    trailer = headers['x-end']
  })
  stream.on('error', () => {})
  stream.end('ask')
  await once(stream, 'close').catch(() => {})
  return { body, trailer, code: stream.rstCode }
}

test('passes streams on as they are', async () => {
  const { session } = await sessionBehind([])
  const answers = await Promise.all([request(session), request(session)])
  expect(answers).toEqual([1, 2].map(() => ({ body: '12345', trailer: 'yes', code: 0 })))
})

test('rst-stream: one stream ends on both sides, the next one on the same connection works', async () => {
  const { proxy, session } = await sessionBehind([
    { kind: 'rst-stream', towards: 'client', message: 2, code: 'ENHANCE_YOUR_CALM' },
  ])
  const [first, second] = [await request(session), await request(session)]
  expect(first).toMatchObject({ code: constants.NGHTTP2_ENHANCE_YOUR_CALM, trailer: undefined })
  expect(second).toEqual({ body: '12345', trailer: 'yes', code: 0 })
  expect(session.destroyed).toBe(false)
  expect(proxy.log.filter(({ what }) => what === 'open')).toHaveLength(1)
})

test('rst-stream towards the server: the request arrives, its answer never does', async () => {
  const { session, resets } = await sessionBehind([
    { kind: 'rst-stream', towards: 'server', message: 1, code: 'REFUSED_STREAM' },
  ])
  expect(await request(session)).toMatchObject({ body: '', code: constants.NGHTTP2_REFUSED_STREAM })
  await expect.poll(() => resets).toEqual([constants.NGHTTP2_REFUSED_STREAM])
})

test('goaway: the stream in flight is served to its end, the session takes no more', async () => {
  const { proxy, session } = await sessionBehind([{ kind: 'goaway', towards: 'client', message: 2 }])
  const goaway = once(session, 'goaway')
  expect(await request(session)).toEqual({ body: '12345', trailer: 'yes', code: 0 })
  const [code, lastStream] = await goaway
  expect([code, lastStream]).toEqual([constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1])
  expect(session.closed).toBe(true)
  expect(proxy.log.find(({ what }) => what === 'fault')?.text).toBe('message 2 (DATA): GOAWAY NO_ERROR')
})
