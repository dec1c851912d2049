import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'

const lab = useLab(['users-api'], { RECEIVE_BYTES_MAX: '2000' })

const head = (headers: string) =>
  'POST /api/v1/authentication/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
  `${headers}\r\n`

async function open(): Promise<Socket & { heard: string }> {
  const { host, port } = await lab.service('users-api').address()
  const socket = Object.assign(connect(port, host), { heard: '' })
  socket.on('data', (bytes) => {
    socket.heard += (bytes as Buffer).toString('latin1')
  })
  await once(socket, 'connect')
  return socket
}

test('a body that is there with its head is taken while the unfinished ones of others are too many', async () => {
  const service = lab.service('users-api')
  const unfinished = await open()
  unfinished.write(head('Content-Length: 3000\r\n') + '1'.repeat(1999))
  await until(async () => (await service.metric('lab_requests_in_flight')) === 1, 'the first has begun')
  const late = await open()
  late.write(head('Content-Length: 500\r\n') + '1'.repeat(499))
  await until(() => late.heard !== '', 'another one that is not whole is answered')
  expect(late.heard).toContain('HTTP/1.1 503')
  expect(late.heard).toContain('too many unfinished messages')
  const whole = await open()
  whole.write(head('Content-Length: 500\r\n') + '1'.repeat(500))
  await until(() => whole.heard !== '', 'the one that is whole is answered')
  expect(whole.heard).toContain('HTTP/1.1 422')
  unfinished.write('1'.repeat(1001))
  await until(() => unfinished.heard !== '', 'the first is answered when it is whole')
  expect(unfinished.heard).toContain('HTTP/1.1 422')
  for (const socket of [unfinished, late, whole]) socket.destroy()
})
