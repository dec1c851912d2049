import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { useLab } from '../support/lab.ts'

const lab = useLab(['ws-echo'])

test('answers a message with five numbered replies', async () => {
  const { host, port } = await lab.service('ws-echo').address()
  const socket = new WebSocket(`ws://${host}:${port}`)
  const replies: string[] = []
  await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => socket.send('hello'))
    socket.on('message', (data) => replies.push(data.toString()) === 5 && resolve(undefined))
  })
  socket.close()
  expect(replies).toEqual([1, 2, 3, 4, 5].map((i) => `${i} Сообщение пользователя: hello`))
})
