import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const module = resolve(import.meta.dirname, 'run-service.ts')

/** A service that says that it starts, and waits for a database that never comes. */
const program = `
  import { runService } from ${JSON.stringify(module)}
  await runService({
    name: 'waiting',
    loadConfig: () => ({ host: '127.0.0.1', port: 0, adminPort: 0, logLevel: 'silent', shutdownTimeoutMs: 600_000 }),
    createService: () => ({
      start: () => new Promise(() => process.stdout.write('starting')),
      reset: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }),
  })`

test.each(['SIGTERM', 'SIGINT'] as const)('%s during the start ends the process with 0', async (signal) => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill(signal)
  expect(await once(child, 'exit')).toEqual([0, null])
})
