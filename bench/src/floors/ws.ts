// The floor of WebSocket: a server of ws that answers every message with the same five replies.
import { WebSocketServer } from 'ws'

const [port] = process.argv.slice(2)
const replies = 5

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), backlog: 4096 })
server.on('connection', (socket, { socket: connection }) => {
  socket.on('error', () => {})
  socket.on('message', (message) => {
    // Without this, each reply is a write of its own, which costs more than all else together.
    connection.cork()
    for (let number = 1; number <= replies; number++)
      socket.send(`${number} Сообщение пользователя: ${message}`)
    connection.uncork()
  })
})
