// The floor of gRPC: node:http2, which reads each request to its end and answers all with the same frame.
import { readFileSync } from 'node:fs'
import { createServer, type ServerHttp2Stream } from 'node:http2'

const [port, script = ''] = process.argv.slice(2)
const recorded = JSON.parse(readFileSync(script, 'utf8'))
const body = Buffer.from(recorded.body, 'base64')

const server = createServer()
server.on('stream', (stream: ServerHttp2Stream) => {
  stream.on('error', () => {})
  stream.on('data', () => {})
  stream.on('end', () => {
    stream.respond(recorded.headers, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(recorded.trailers))
    stream.end(body)
  })
})
server.listen(Number(port), '127.0.0.1', 4096)
