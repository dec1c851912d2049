import { once } from 'node:events'
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createCourseClient } from '@polyservice-lab/clients'
import { gatewayName } from '@polyservice-lab/contracts/services'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useComposeLab } from './compose-lab.ts'

const names = ['gateway', 'users-api', 'ws-echo', 'course-grpc', 'shop-rest']
const lab = useComposeLab(names, {
  env: { RESET: 'on', POLICY: 'open', JWT_SECRET_KEY: 'lab-vectors-secret-key-0123456789abcdef' },
  up: ['--scale', 'shop-rest=2'],
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What the gateway answers to a request for a host name; Node itself does not resolve `*.localhost`. */
async function ask(
  host: string,
  path: string,
  options: RequestOptions & { body?: string } = {},
): Promise<Answer> {
  const port = await lab.port('gateway', 8080)
  const headers = { host: `${host}:8080`, ...(options.headers as Record<string, string>) }
  const sent = request({ host: '127.0.0.1', port, path, ...options, headers })
  sent.end(options.body)
  const [answer] = await once(sent, 'response')
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}

/** Runs a recorded-cases script whose connections to the gateway carry the host name of a service. */
async function replay(script: string, host: string, args: readonly string[]) {
  const port = await lab.port('gateway', 8080)
  const program = `
import http.client, runpy, sys
host, port, script = sys.argv[1], int(sys.argv[2]), sys.argv[3]
put = http.client.HTTPConnection.putrequest
def putrequest(self, method, url, skip_host=False, skip_accept_encoding=False):
    named = not skip_host and self.port == port
    put(self, method, url, skip_host=skip_host or named, skip_accept_encoding=skip_accept_encoding)
    if named: self.putheader("Host", host)
http.client.HTTPConnection.putrequest = putrequest
sys.argv = sys.argv[3:]
runpy.run_path(script, run_name="__main__")`
  return runToExit(
    'python3',
    ['-c', program, `${host}`, String(port), join(repositoryRoot, script), ...args],
    {
      timeoutMs: 120_000,
    },
  )
}

describe('a name leads to its service', () => {
  test('the recorded cases of shop-rest are answered as without the gateway', async () => {
    const gateway = String(await lab.port('gateway', 8080))
    const admin = String(await lab.port('shop-rest', 9090))
    const args = ['--style', 'rest', '--rest', gateway, '--admin', admin]
    const { stdout } = await replay('contracts/shop/replay', 'rest.localhost:8080', args)
    expect(stdout).toBe('67 passed, 0 failed, 0 skipped\n')
  })

  test('an id and a trace of a request reach the service, and what a client says of its address does not', async () => {
    const headers = { 'x-request-id': 'of-the-client', 'x-forwarded-host': 'elsewhere.example' }
    const { status, headers: answered } = await ask('rest.localhost', '/api/v2/products/301', { headers })
    expect([status, answered['x-request-id']]).toEqual([200, 'of-the-client'])
    expect((await ask('rest.localhost', '/api/v2/products/301')).headers['x-request-id']).toMatch(
      /^[0-9a-f]{32}$/,
    )
  })

  test('bytes of a path pass as they were sent', async () => {
    const { body } = await ask('rest.localhost', '/api/v2/users/%31%32%33?q=%2F%20a')
    expect(JSON.parse(body)).toMatchObject({ id: 123 })
  })

  test('WebSocket', async () => {
    const port = await lab.port('gateway', 8080)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: 'echo.localhost:8080' } })
    await once(socket, 'open')
    socket.send('hello')
    const [first] = await once(socket, 'message')
    expect(String(first)).toContain('hello')
    socket.close()
    await once(socket, 'close')
  })

  test('gRPC on a port of its own, all kinds of calls', async () => {
    await using courses = createCourseClient({ port: await lab.port('gateway', 8081) })
    expect((await courses.getCourse('api-course')).courseId).toBe('api-course')
    const listed = await Array.fromAsync(courses.listCourses())
    expect(listed.map(({ courseId }) => courseId)).toContain('api-course')
    await expect(courses.getCourse('none')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('HTTPS with HTTP/2 and a certificate for the names, made at the start', async () => {
    const port = await lab.port('gateway', 8443)
    const ca = (await ask('localhost', '/lab.crt')).body
    const options = {
      host: '127.0.0.1',
      port,
      path: '/api/v2/products/301',
      servername: 'rest.localhost',
      ca,
    }
    const sent = secureRequest({ ...options, headers: { host: 'rest.localhost' } }).end()
    const [answer] = await once(sent, 'response')
    expect(answer.statusCode).toBe(200)
    const { stdout } = await runToExit('curl', [
      ...['--silent', '--insecure', '--output', '/dev/null', '--write-out', '%{http_code} %{http_version}'],
      ...[
        '--resolve',
        `rest.localhost:${port}:127.0.0.1`,
        `https://rest.localhost:${port}/api/v2/products/301`,
      ],
    ])
    expect(stdout).toBe('200 2')
  })
})

describe('a name without a service', () => {
  test.each(['localhost', '127.0.0.1', 'elsewhere.example', 'none.localhost'])(
    '%s: the list of names',
    async (host) => {
      const { status, headers, body } = await ask(host, '/some/path')
      expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
      for (const name of ['users-api', 'ws-echo', 'shop-rest', 'chat'])
        expect(body).toContain(`${gatewayName(name)}.localhost`)
    },
  )

  test('the list itself is the first page', async () => {
    expect(await ask('localhost', '/')).toMatchObject({
      status: 200,
      body: expect.stringContaining('gateway'),
    })
  })
})

describe('a service that is away is told in the form of its protocol', () => {
  test.each([['chat.localhost', 'text/plain', 'the service does not answer\n']])(
    '%s',
    async (host, type, body) => {
      expect(await ask(host, '/')).toMatchObject({
        status: 502,
        headers: { 'content-type': type, 'retry-after': '1' },
        body,
      })
    },
  )

  test('users-api: detail; and the service is found again when it is back', async () => {
    await lab.compose('stop', 'users-api')
    const { status, body } = await ask('users.localhost', '/')
    expect([status, JSON.parse(body)]).toEqual([502, { detail: 'the service does not answer' }])
    await lab.compose('up', '--detach', '--no-build', '--wait', 'users-api')
    await expect.poll(async () => (await ask('users.localhost', '/')).status).toBe(200)
  })

  test('gRPC: UNAVAILABLE', async () => {
    await lab.compose('stop', 'course-grpc')
    await using courses = createCourseClient({ port: await lab.port('gateway', 8081) })
    await expect(courses.getCourse('api-course')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the service does not answer'),
    })
    await lab.compose('up', '--detach', '--no-build', '--wait', 'course-grpc')
    await expect
      .poll(() =>
        courses.getCourse('api-course').then(
          () => 'back',
          () => 'away',
        ),
      )
      .toBe('back')
  })
})

test('two replicas take turns, and a killed one costs no request that may be repeated', async () => {
  const served = async (index: number) => {
    const port = await lab.port('shop-rest', 9090, index)
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text())
    return Number(
      /^lab_requests_total\{.*operation="getProduct",outcome="ok".*\} (\d+)/m.exec(metrics)?.[1] ?? 0,
    )
  }
  const before = [await served(1), await served(2)]
  for (let i = 0; i < 40; i += 1) await ask('rest.localhost', '/api/v2/products/301')
  const after = [await served(1), await served(2)]
  expect(after.map((count, i) => count > (before[i] ?? 0))).toEqual([true, true])

  const statuses: number[] = []
  let killed = false
  const asking = (async () => {
    while (!killed || statuses.length < 200)
      statuses.push((await ask('rest.localhost', '/api/v2/products/301')).status)
  })()
  await lab.compose('kill', '--signal', 'KILL', 'shop-rest', '--index', '2').catch(async () => {
    const ids = (await lab.compose('ps', '--quiet', 'shop-rest')).trim().split('\n')
    await runToExit('docker', ['kill', ids[1] ?? ''])
  })
  killed = true
  await asking
  expect(new Set(statuses)).toEqual(new Set([200]))
})
