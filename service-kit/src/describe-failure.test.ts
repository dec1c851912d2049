import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { describeFailure } from './describe-failure.ts'
import { listen } from './listen.ts'

test('names the port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const error = await listen(createServer(), port, '127.0.0.1').catch((reason: unknown) => reason)
  expect(describeFailure(error)).toBe(
    `127.0.0.1:${port} is taken by another process; free it or choose another port`,
  )
  server.close()
})

test('names the file that is not there', async () => {
  const error = await readFile('/no/such/file').catch((reason: unknown) => reason)
  expect(describeFailure(error)).toBe('/no/such/file does not exist')
})

test('gives the text of an error of our own', () => {
  expect(describeFailure(new Error('segment 3 is corrupt'))).toBe('segment 3 is corrupt')
})
