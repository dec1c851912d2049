// The floor of the chat: a server of ws that writes a message once, and sends it to all.
import { randomUUID } from 'node:crypto'
import { WebSocketServer } from 'ws'

const [port] = process.argv.slice(2)

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), backlog: 4096 })
let seq = 0
server.on('connection', (socket) => {
  const user_id = randomUUID()
  socket.on('error', () => {})
  socket.on('message', (data) => {
    const { message, room_id } = JSON.parse(String(data))
    seq += 1
    const fields = {
      user_id,
      username: 'client',
      message,
      timestamp: Date.now() / 1000,
      room_id,
      seq,
      epoch: user_id,
    }
    const text = JSON.stringify({ type: 'new_message', ...fields })
    for (const client of server.clients) client.send(text)
  })
})
