// The floor of raw TCP: counts what comes in, and answers with the bytes that it was given.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const [port, script = ''] = process.argv.slice(2)
const { prefaceBytes, requestBytes, answer, untilClose } = JSON.parse(readFileSync(script, 'utf8'))
const reply = Buffer.from(answer, 'base64')

createServer({ noDelay: true }, (socket) => {
  let received = -prefaceBytes
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    received += chunk.length
    while (received >= requestBytes) {
      if (untilClose) socket.end(reply)
      else socket.write(reply)
      received -= requestBytes
    }
  })
}).listen(Number(port), '127.0.0.1', 4096)
