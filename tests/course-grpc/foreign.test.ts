import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useCourseLab } from './support/course-lab.ts'

/** Debian's Python has grpcio and its tools from packages; another one may be first on the PATH. */
const python = '/usr/bin/python3'
const client = resolve(import.meta.dirname, 'support/client.py')
const hasGrpc = existsSync(python) && (await runToExit(python, ['-c', 'import grpc_tools'])).code === 0

/** Run one after the other: those that change the catalogue come last. */
const checks = [
  'unary',
  'empty-request',
  'large-request',
  'large-unary',
  'too-large-request',
  'page-token',
  'empty-stream',
  'cancel-after-begin',
  'cancel-after-first-response',
  'deadline',
  'error-in-the-middle-of-a-stream',
  'unicode-details',
  'unimplemented',
  'metadata',
  'health',
  'reflection',
  'load',
  'ping-pong',
  'gzip',
  'large-answers',
  'field-mask',
  'streams',
] as const

const lab = useCourseLab()
let outcomes: ReadonlyMap<string, string> = new Map()

beforeAll(async () => {
  if (!hasGrpc) return
  const { host, port } = await lab.service.address()
  const { stdout } = await runToExit(python, [client, `${host}:${port}`, ...checks])
  outcomes = new Map(stdout.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line]))
})

const name = hasGrpc ? 'python3-grpcio' : 'python3-grpcio (skipped: not installed)'

test.runIf(hasGrpc).each(checks)(`${name} gets what the contract says: %s`, (check) => {
  expect(outcomes.get(check)).toBe(`${check}: ok`)
})
