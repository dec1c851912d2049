import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError } from './config.ts'
import { lockDirectory } from './directory-lock.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'directory-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('a directory is for one, until that one lets it go', () => {
  {
    using _lock = lockDirectory(directory)
    expect(() => lockDirectory(directory)).toThrow(`${directory} is in use by another process`)
  }
  lockDirectory(directory)[Symbol.dispose]()
})

test('the lock of a process that is killed is gone with it', async () => {
  const module = join(import.meta.dirname, 'directory-lock.ts')
  const program = `const { lockDirectory } = await import(process.argv[1])
    globalThis.lock = lockDirectory(process.argv[2])
    console.log('locked')
    setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', module, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout, 'data')
  expect(() => lockDirectory(directory)).toThrow(`${directory} is in use by another process`)
  other.kill('SIGKILL')
  await once(other, 'exit')
  lockDirectory(directory)[Symbol.dispose]()
})

test('a directory that is not there is a fault of the configuration that names it', () => {
  const absent = join(directory, 'absent')
  expect(() => lockDirectory(absent)).toThrow(ConfigError)
  expect(() => lockDirectory(absent)).toThrow(`${absent} does not exist`)
})
