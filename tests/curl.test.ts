import { createFakers } from '@polyservice-lab/clients/fakers'
import { coreServiceNames, type ServiceName } from '@polyservice-lab/contracts/services'
import { describe, expect, test } from 'vitest'
import { runToExit } from './support/docker.ts'
import { useLab } from './support/lab.ts'

const hasCurl = (await runToExit('sh', ['-c', 'command -v curl'])).code === 0

describe.runIf(hasCurl)('curl, which we did not write (needs curl)', () => {
  const lab = useLab([...coreServiceNames])

  /** Runs curl against a service; the result is the status and the body of the answer. */
  async function curl(service: ServiceName, path: string, ...options: string[]): Promise<[string, string]> {
    const { host, port } = await lab.service(service).address()
    const silent = ['--silent', '--show-error', '--write-out', '\n%{http_code}', ...options]
    const { code, stdout, stderr } = await runToExit('curl', [...silent, `http://${host}:${port}${path}`])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const end = stdout.lastIndexOf('\n')
    return [stdout.slice(end + 1), stdout.slice(0, end)]
  }

  test('creates a user, logs in and reads /users/me', async () => {
    const user = createFakers().user()
    const json = (value: unknown) => ['--json', JSON.stringify(value)]
    const [created] = await curl('users-api', '/api/v1/users', ...json(user))
    expect(created).toBe('200')
    const [, login] = await curl('users-api', '/api/v1/authentication/login', ...json(user))
    const { accessToken } = (JSON.parse(login) as { token: { accessToken: string } }).token
    const bearer = ['--header', `Authorization: Bearer ${accessToken}`]
    const [status, me] = await curl('users-api', '/api/v1/users/me', ...bearer)
    expect([status, JSON.parse(me)]).toMatchObject(['200', { user: { email: user.email } }])
  })

  test('is told that it is not logged in', async () => {
    expect(await curl('users-api', '/api/v1/users/me')).toEqual(['401', '{"detail":"Not authenticated"}'])
  })

  test('gets a course by gRPC over HTTP/2, framed by hand', async () => {
    const path = '/courseservice.CourseService/GetCourse'
    const { host, port } = await lab.service('course-grpc').address()
    const frame = Buffer.from('000000000c0a0a6170692d636f75727365', 'hex').toString('latin1')
    const { code, stdout } = await runToExit(
      'curl',
      [
        ...['--silent', '--http2-prior-knowledge', '--data-binary', '@-', '--dump-header', '-'],
        ...['--header', 'content-type: application/grpc', '--header', 'te: trailers'],
        `http://${host}:${port}${path}`,
      ],
      { input: frame },
    )
    expect(code).toBe(0)
    expect(stdout).toContain('content-type: application/grpc')
    expect(stdout).toContain('Автотесты API')
    expect(stdout).toContain('grpc-status: 0')
  })

  test('is told how to connect to a WebSocket server', async () => {
    const [status, line] = await curl('ws-echo', '/')
    expect(status).toBe('426')
    expect(line).toContain('ws://')
  })

  test('leaves its request line as a message in the raw TCP history', async () => {
    const { host, port } = await lab.service('tcp-history').address()
    const { stdout } = await runToExit('curl', ['--silent', '--http0.9', `http://${host}:${port}/hello`])
    expect(stdout).toBe('GET /hello HTTP/1.1')
  })
})
