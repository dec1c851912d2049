import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parsePlan, readPlan } from './proxy-plan.ts'

async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plan-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

test('a plan in YAML gets its defaults', async () => {
  const path = await file(
    'plan.yaml',
    `upstream: localhost:12345
protocol: history
faults:
  - { kind: cut, towards: server, message: 3 } # half of the third frame
`,
  )
  expect(await readPlan(path)).toEqual({
    listen: { host: '127.0.0.1', port: 0 },
    upstream: { host: 'localhost', port: 12_345 },
    protocol: 'history',
    faults: [{ kind: 'cut', towards: 'server', message: 3, end: 'fin' }],
  })
})

test('a plan in JSON is the same', async () => {
  const path = await file('plan.json', JSON.stringify({ upstream: '[::1]:50051', protocol: 'http2' }))
  expect(await readPlan(path)).toMatchObject({ upstream: { host: '::1', port: 50_051 }, faults: [] })
})

test.each([
  { name: 'no upstream', plan: {}, says: 'upstream: ' },
  { name: 'an upstream without a port', plan: { upstream: 'x' }, says: 'upstream: "x" is not host:port' },
  { name: 'a port that there is not', plan: { upstream: 'x:65536' }, says: '"x:65536" is not host:port' },
  {
    name: 'an unknown key',
    plan: { upstream: 'x:1', fault: [] },
    says: 'the whole: Unrecognized key: "fault"',
  },
  {
    name: 'an unknown kind',
    plan: { upstream: 'x:1', faults: [{ kind: 'gremlin' }] },
    says: 'faults[0].kind: ',
  },
  {
    name: 'a message 0',
    plan: { upstream: 'x:1', faults: [{ kind: 'cut', towards: 'server', message: 0 }] },
    says: 'faults[0].message: ',
  },
  {
    name: 'a fault of another protocol',
    plan: { upstream: 'x:1', faults: [{ kind: 'goaway', towards: 'client', message: 1 }] },
    says: 'faults[0].kind: goaway needs protocol http2, not tcp',
  },
  {
    name: 'an error code that HTTP/2 has not',
    plan: {
      upstream: 'x:1',
      protocol: 'http2',
      faults: [{ kind: 'rst-stream', towards: 'client', message: 1, code: 'OOPS' }],
    },
    says: 'faults[0].code: ',
  },
])('$name: the error says where', ({ plan, says }) => {
  expect(() => parsePlan(plan, 'plan.yaml')).toThrow(says)
})

test('every fault of a plan is told at once', () => {
  const plan = { upstream: 'x', faults: [{ kind: 'cut', towards: 'up', message: 1 }] }
  expect(() => parsePlan(plan, 'plan.yaml')).toThrow(
    /^plan\.yaml is not right:\n {2}upstream: .*\n {2}faults/,
  )
})

test('what is no YAML is named with its file', async () => {
  await expect(readPlan(await file('plan.yaml', 'faults: ['))).rejects.toThrow(/plan\.yaml is not right/)
})
