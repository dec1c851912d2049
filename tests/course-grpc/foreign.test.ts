import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useCourseLab } from './support/course-lab.ts'

/** Debian's Python has grpcio and its tools from packages; another one may be first on the PATH. */
const python = '/usr/bin/python3'
const client = resolve(import.meta.dirname, 'support/client.py')
const hasGrpc = existsSync(python) && (await runToExit(python, ['-c', 'import grpc_tools'])).code === 0

const lab = useCourseLab()

describe(`python3-grpcio${hasGrpc ? '' : ' (not installed: skipped)'}`, () => {
  test
    .runIf(hasGrpc)
    .each([
      'unary',
      'empty-request',
      'large-request',
      'too-large-request',
      'large-answers',
      'field-mask',
      'streams',
      'page-token',
      'ping-pong',
      'empty-stream',
      'cancel-after-begin',
      'cancel-after-first-response',
      'deadline',
      'error-in-the-middle-of-a-stream',
      'unicode-details',
      'unimplemented',
      'metadata',
      'gzip',
      'health',
      'reflection',
      'load',
    ])('gets what the contract says: %s', async (check) => {
    const { host, port } = await lab.service.address()
    const { stdout, stderr } = await runToExit(python, [client, `${host}:${port}`, check])
    expect(stderr).toBe('')
    expect(stdout).toContain(`ok ${check}`)
  })
})
