import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createPasswords } from './passwords.ts'

/** The threads that are started while this is in use, in their order. */
function watchThreads(): Worker[] & Disposable {
  const threads: Worker[] = []
  const note = (thread: Worker) => threads.push(thread)
  process.on('worker', note)
  return Object.assign(threads, { [Symbol.dispose]: () => void process.off('worker', note) })
}

test('hashes again after its only thread has died, idle or at work', async () => {
  using threads = watchThreads()
  await using passwords = createPasswords({ concurrencyMax: 1, queueMax: 10 })
  const hash = await passwords.hash('a password')
  expect(await passwords.verify(hash, 'a password')).toBe(true)
  expect(threads).toHaveLength(1)

  await threads[0]?.terminate()
  expect(await passwords.verify(hash, 'another password')).toBe(false)
  expect(threads).toHaveLength(2)

  const lost = passwords.verify(hash, 'a password')
  const waiting = passwords.verify(hash, 'a password')
  await threads[1]?.terminate()
  await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
  expect(await waiting).toBe(true)
  expect(threads).toHaveLength(3)
})

test('refuses what finds its queue full', async () => {
  await using passwords = createPasswords({ concurrencyMax: 1, queueMax: 1 })
  const hashes = [passwords.hash('a'), passwords.hash('b')]
  await expect(passwords.hash('c')).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Too many logins at once',
  })
  expect(await Promise.all(hashes)).toHaveLength(2)
})
