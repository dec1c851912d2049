import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { maskSecrets } from './logger.ts'

test('secrets are masked at every depth, whatever their type, and nothing else is', () => {
  const body = {
    a: { password: 'x"y\\', k: 1, list: [{ token: 'abc' }] },
    secret: null,
    refreshToken: 12,
    b: 'token',
  }
  expect(JSON.parse(maskSecrets(JSON.stringify(body)))).toEqual({
    a: { password: '***', k: 1, list: [{ token: '***' }] },
    secret: '***',
    refreshToken: '***',
    b: 'token',
  })
})

const linesOf = async (script: string) => {
  const program = `import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)}
    const logger = createLogger('kit', 'info')
    ${script}`
  const node = promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', program])
  const { stdout } = await node.catch((error: { stdout: string }) => error)
  return stdout.trimEnd().split('\n')
}

test('every line is written, in order, also those of the turn in which the process exits', async () => {
  const lines = await linesOf(`
    for (let i = 0; i < 1000; i++) logger.info({ i, password: 'hunter2' }, 'early')
    await new Promise((resolve) => setTimeout(resolve, 10))
    logger.info('late')
    logger.fatal('last')
    process.exit(1)`)
  const records = lines.map((line) => JSON.parse(line))
  expect(records.slice(0, 1000).map(({ i }) => i)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(records.slice(1000).map(({ level, msg }) => [level, msg])).toEqual([
    ['info', 'late'],
    ['fatal', 'last'],
  ])
  expect(lines.join()).not.toContain('hunter2')
  expect(records[0]).toEqual({
    level: 'info',
    time: expect.any(String),
    service: 'kit',
    i: 0,
    password: '***',
    msg: 'early',
  })
})

test('a line is out before the next turn, so that a kill does not lose it', async () => {
  const lines = await linesOf(`
    logger.info('said')
    setImmediate(() => setImmediate(() => process.kill(process.pid, 'SIGKILL')))`)
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['said'])
})
