// The floor of raw TCP and of WebSocket: counts what comes in, and answers with the bytes that it was given.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const [port, script = ''] = process.argv.slice(2)
const { helloBytes, helloAnswer, requestBytes, answer, untilClose } = JSON.parse(readFileSync(script, 'utf8'))
const helloReply = Buffer.from(helloAnswer, 'base64')
const reply = Buffer.from(answer, 'base64')

createServer({ noDelay: true }, (socket) => {
  let received = 0
  let due = helloBytes + (helloReply.length > 0 ? 0 : requestBytes)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    received += chunk.length
    while (received >= due) {
      if (due === helloBytes && helloReply.length > 0) socket.write(helloReply)
      else if (untilClose) socket.end(reply)
      else socket.write(reply)
      received -= due
      due = requestBytes
    }
  })
}).listen(Number(port), '127.0.0.1', 4096)
