import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createCourseClient } from '@polyservice-lab/clients'
import {
  CourseService,
  Health,
  HealthCheckResponse_ServingStatus,
} from '@polyservice-lab/contracts/course-grpc'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { docker, runToExit } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { useCourseLab } from './support/course-lab.ts'
import { buildCourse, manyCourses } from './support/courses.ts'
import { connectRaw, messageFrame, pathOf } from './support/raw-client.ts'

const image = `polyservice-lab/course-grpc:${process.env['LAB_TAG'] ?? 'latest'}`
const { createCourse, getCourse, importCourses, listCourses, study } = CourseService.method

describe('limits', () => {
  const lab = useCourseLab({
    MESSAGE_BYTES_MAX: '1000',
    RECEIVE_BYTES_MAX: '1500',
    IMPORT_BYTES_MAX: '10000',
    IMPORTS_MAX: '1',
    CALLS_MAX: '4',
    CONNECTIONS_MAX: '3',
    CONCURRENT_STREAMS_MAX: '2',
  })

  // Those of the test before may still be closing.
  beforeEach(() => until(async () => (await lab.service.metric('lab_connections')) <= 1, 'there is room'))

  test('MESSAGE_BYTES_MAX: a longer message is RESOURCE_EXHAUSTED', async () => {
    const call = lab.client.createCourse(buildCourse({ description: 'x'.repeat(1_000) }))
    await expect(call).rejects.toMatchObject({ code: 'resource_exhausted', requestId: expect.any(String) })
  })

  test('RECEIVE_BYTES_MAX: a part of a message too much is UNAVAILABLE, and hinders no other call', async () => {
    await using connection = await connectRaw(await lab.service.address())
    const message = messageFrame(createCourse.input, {
      course: buildCourse({ description: 'x'.repeat(800) }),
    })
    const [most, rest] = [message.subarray(0, 800), message.subarray(800)]
    const begin = async () => {
      const received = await lab.service.metric('lab_received_bytes_total')
      const call = connection.open(pathOf(createCourse))
      call.stream.write(most)
      await until(
        async () => (await lab.service.metric('lab_received_bytes_total')) === received + most.length,
        'a part has arrived',
      )
      return call
    }
    const first = await begin()
    expect(await (await begin()).ended).toMatchObject({ status: 14, message: 'too many unfinished messages' })
    expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
    first.stream.end(rest)
    expect((await first.ended).status).toBe(0)
    // What the first held is free again.
    const third = await begin()
    third.stream.end(rest)
    expect((await third.ended).status).toBe(6)
  })

  test('IMPORT_BYTES_MAX: a longer import is RESOURCE_EXHAUSTED and leaves nothing', async () => {
    const call = lab.client.importCourses(manyCourses(1_000))
    await expect(call).rejects.toMatchObject({ code: 'resource_exhausted' })
    await expect(lab.client.getCourse('many-00000000')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('IMPORTS_MAX: one more import is RESOURCE_EXHAUSTED, until one ends', async () => {
    await using connection = await connectRaw(await lab.service.address())
    const first = connection.open(pathOf(importCourses))
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 1, 'it is running')
    await expect(lab.client.importCourses([])).rejects.toMatchObject({ code: 'resource_exhausted' })
    first.stream.end()
    expect((await first.ended).status).toBe(0)
    expect((await lab.client.importCourses([buildCourse()])).importedCount).toBe(1)
  })

  test('CALLS_MAX: one more call on any connection is RESOURCE_EXHAUSTED, until one ends', async () => {
    await using first = await connectRaw(await lab.service.address())
    await using second = await connectRaw(await lab.service.address())
    const open = [first, first, second, second].map((connection) => connection.open(pathOf(study)))
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 4, 'they are running')
    await expect(lab.client.getCourse('api-course')).rejects.toMatchObject({ code: 'resource_exhausted' })
    open[0]?.stream.end()
    expect((await open[0]?.ended)?.status).toBe(0)
    await until(async () => (await lab.service.metric('lab_requests_in_flight')) === 3, 'there is room')
    expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
  })

  test('CONCURRENT_STREAMS_MAX: the peer is told, and one more stream is refused or waits', async () => {
    await using connection = await connectRaw(await lab.service.address())
    await until(() => connection.session.remoteSettings.maxConcurrentStreams === 2, 'the settings are there')
    const open = [connection.open(pathOf(study)), connection.open(pathOf(study))]
    const third = connection.unary(getCourse, { courseId: 'api-course' })
    for (const { stream } of open) stream.end()
    expect((await third).status).toBe(0)
  })

  test('CONNECTIONS_MAX: one more connection is closed, and there is room again when one ends', async () => {
    const address = await lab.service.address()
    await lab.client.getCourse('api-course')
    await until(async () => (await lab.service.metric('lab_connections')) === 1, 'only that of the client')
    await using second = await connectRaw(address)
    await using third = await connectRaw(address)
    // The proxy of a container's port has accepted them; the server may not have yet.
    await until(async () => (await lab.service.metric('lab_connections')) === 3, 'all three are there')
    expect([second, third].map(({ session }) => session.closed)).toEqual([false, false])
    const fourth = connect(address.port, address.host)
    fourth.on('error', () => {})
    await once(fourth.resume(), 'close')
    third.session.destroy()
    await until(async () => (await lab.service.metric('lab_connections')) === 2, 'there is room')
    await using fifth = await connectRaw(address)
    expect((await fifth.unary(getCourse, { courseId: 'api-course' })).status).toBe(0)
  })
})

describe('a server that is busy', () => {
  const lab = useCourseLab({ SEND_TIMEOUT_MS: '1000', CALLS_MAX: '2' })

  test('CALLS_MAX: the health of a server that is busy can be asked for', async () => {
    await using connection = await connectRaw(await lab.service.address())
    const open = [connection.open(pathOf(study)), connection.open(pathOf(study))]
    expect((await connection.unary(getCourse, { courseId: 'api-course' })).status).toBe(8)
    const { messages } = await connection.unary(Health.method.check, {})
    expect(messages.map(({ status }) => status)).toEqual([HealthCheckResponse_ServingStatus.SERVING])
    for (const { stream } of open) stream.end()
  })

  test('SEND_TIMEOUT_MS: ends its call with RESOURCE_EXHAUSTED, and no other', async () => {
    await lab.client.importCourses(manyCourses(2_000, { description: 'x'.repeat(1_000) }))
    await using connection = await connectRaw(await lab.service.address())
    const dialogue = connection.open(pathOf(study))
    const { stream, ended } = connection.open(pathOf(listCourses))
    stream.pause()
    stream.end(messageFrame(listCourses.input, {}))
    await until(
      async () => (await lab.outcomes('ListCourses', 'resource_exhausted')) === 1,
      'the list has ended',
    )
    stream.resume()
    await ended.catch(() => {})
    // ENHANCE_YOUR_CALM is RESOURCE_EXHAUSTED to clients ("gRPC over HTTP/2", Errors).
    expect(stream.rstCode).toBe(11)
    dialogue.stream.end()
    expect((await dialogue.ended).status).toBe(0)
  })
})

describe('what waits for readers of all calls together', () => {
  const lab = useCourseLab({ SEND_BYTES_MAX: '100000' })

  test('SEND_BYTES_MAX: the call that waits longest ends with RESOURCE_EXHAUSTED, and no other', async () => {
    await lab.client.importCourses(manyCourses(200, { description: 'x'.repeat(10_000) }))
    await using connection = await connectRaw(await lab.service.address())
    const sleep = async () => {
      const sent = await lab.service.metric('lab_sent_bytes_total')
      const call = connection.open(pathOf(listCourses))
      call.stream.pause()
      call.stream.end(messageFrame(listCourses.input, {}))
      const isSent = async () => (await lab.service.metric('lab_sent_bytes_total')) > sent
      await until(isSent, 'it has begun')
      return call
    }
    const first = await sleep()
    const rest: Awaited<ReturnType<typeof sleep>>[] = []
    const cut = () => lab.outcomes('ListCourses', 'resource_exhausted')
    while ((await cut()) === 0 && rest.length < 20) rest.push(await sleep())
    first.stream.resume()
    await first.ended.catch(() => {})
    expect(first.stream.rstCode).toBe(11)
    const last = rest.at(-1)
    last?.stream.resume()
    expect((await last?.ended)?.status).toBe(0)
  })
})

describe('clients that stop', () => {
  const lab = useCourseLab({
    HANDSHAKE_TIMEOUT_MS: '1000',
    REQUEST_TIMEOUT_MS: '1000',
    IDLE_TIMEOUT_MS: '1000',
  })
  const half = messageFrame(createCourse.input, { course: buildCourse() }).subarray(0, 20)

  test.each([
    ['before the preface', ''],
    ['within the preface', 'PRI * HTTP/2.0'],
  ])('HANDSHAKE_TIMEOUT_MS: a connection that is silent %s ends', async (_, said) => {
    const { host, port } = await lab.service.address()
    const socket = connect(port, host)
    socket.write(said)
    await once(socket.resume(), 'close')
    expect(socket.bytesRead).toBe(0)
  })

  test.each([
    ['a call without a message', pathOf(getCourse), Buffer.alloc(0)],
    ['half a message', pathOf(createCourse), half],
    ['half a message of a stream', pathOf(importCourses), half],
  ])('REQUEST_TIMEOUT_MS: ends %s with DEADLINE_EXCEEDED, and no dialogue that is silent', async (...row) => {
    const [, path, part] = row
    await using connection = await connectRaw(await lab.service.address())
    const dialogue = connection.open(pathOf(study))
    const { stream, ended } = connection.open(path)
    stream.write(part)
    expect((await ended).status).toBe(4)
    dialogue.stream.end()
    expect((await dialogue.ended).status).toBe(0)
  })

  test('IDLE_TIMEOUT_MS: a connection without a call ends, one with a call stays', async () => {
    await using busy = await connectRaw(await lab.service.address())
    const dialogue = busy.open(pathOf(study))
    await using idle = await connectRaw(await lab.service.address())
    await once(idle.session, 'close')
    dialogue.stream.end()
    expect((await dialogue.ended).status).toBe(0)
  })

  test('a client of HTTP/1.1 is told what is spoken here', async () => {
    const { host, port } = await lab.service.address()
    const answer = await fetch(`http://${host}:${port}/`)
    expect([answer.status, await answer.text()]).toEqual([
      505,
      expect.stringMatching(/^This port speaks gRPC.*\n$/),
    ])
  })

  test.each([['P'], ['PU'], ['GET'], ['M-SEARCH * HTTP']])(
    'so is one whose request arrives in pieces, after %j',
    async (first) => {
      const { host, port } = await lab.service.address()
      const client = connect(port, host)
      client.setNoDelay().write(first)
      // The server has its piece by then: its answer to a later client has come.
      await lab.client.getCourse('api-course')
      client.end('T / HTTP/1.1\r\nHost: x\r\n\r\n')
      expect(await text(client)).toMatch(/^HTTP\/1\.1 505 .*\r\nThis port speaks gRPC.*\n$/s)
    },
  )
})

describe('keepalive', () => {
  const lab = useCourseLab({ KEEPALIVE_INTERVAL_MS: '1000', KEEPALIVE_TIMEOUT_MS: '2000' })

  test('a peer that does not answer pings is disconnected', async () => {
    const { host, port } = await lab.service.address()
    await lab.client.getCourse('api-course')
    const mute = connect(port, host)
    await once(mute, 'connect')
    mute.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    mute.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    await once(mute.resume(), 'close')
  })

  test('a peer that answers them keeps its connection', async () => {
    await using peer = await connectRaw(await lab.service.address())
    let pings = 0
    peer.session.on('ping', () => pings++)
    await until(() => pings >= 3, 'it was asked three times')
    expect((await peer.unary(getCourse, { courseId: 'api-course' })).status).toBe(0)
  })
})

describe('configuration', () => {
  test('that names a certificate which is not there is exit 1, naming the file', async () => {
    const env = { TLS_CERT_FILE: '/nothing.crt', TLS_KEY_FILE: '/nothing.key' }
    const { code, stderr } = await runToExit('docker', ['run', '--rm', ...envArguments(env), image])
    expect(stderr).toMatch(/\/nothing\.(crt|key) does not exist/)
    expect(code).toBe(1)
  })
})

describe('TLS', () => {
  let directory: string
  const file = (name: string) => readFile(join(directory, name))

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'course-grpc-tls-'))
    await makeCertificates(directory)
  })

  afterAll(() => rm(directory, { recursive: true }))

  const serverEnv = { TLS_CERT_FILE: '/tls/server.crt', TLS_KEY_FILE: '/tls/server.key' }

  test('serves who trusts its certificate, and nobody without TLS', async () => {
    await using server = await startServer(directory, serverEnv)
    await using trusting = createCourseClient({ ...server, tls: { ca: await file('ca.crt') } })
    expect((await trusting.getCourse('api-course')).courseId).toBe('api-course')
    await using distrusting = createCourseClient({ ...server, tls: {} })
    await expect(distrusting.getCourse('api-course')).rejects.toMatchObject({ code: 'unavailable' })
    await using plaintext = createCourseClient(server)
    await expect(plaintext.getCourse('api-course')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('with TLS_CLIENT_CA_FILE serves who shows a certificate of that authority only', async () => {
    await using server = await startServer(directory, { ...serverEnv, TLS_CLIENT_CA_FILE: '/tls/ca.crt' })
    const ca = await file('ca.crt')
    const pair = async (name: string) => ({
      certificate: await file(`${name}.crt`),
      key: await file(`${name}.key`),
    })
    await using known = createCourseClient({ ...server, tls: { ca, ...(await pair('client')) } })
    expect((await known.getCourse('api-course')).courseId).toBe('api-course')
    await using stranger = createCourseClient({ ...server, tls: { ca, ...(await pair('stranger')) } })
    await expect(stranger.getCourse('api-course')).rejects.toMatchObject({ code: 'unavailable' })
    await using anonymous = createCourseClient({ ...server, tls: { ca } })
    await expect(anonymous.getCourse('api-course')).rejects.toMatchObject({ code: 'unavailable' })
  })
})

function envArguments(env: Record<string, string>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
}

/** A server outside of any lab, because the lab has no volume for certificates. */
async function startServer(directory: string, env: Record<string, string>) {
  const { stdout } = await docker(
    ...['run', '--detach', '--rm', '--publish', '127.0.0.1::50051', '--publish', '127.0.0.1::9090'],
    ...['--volume', `${directory}:/tls:ro`, ...envArguments(env), image],
  )
  const container = stdout.trim()
  const portOf = async (inside: number) => {
    const { stdout } = await docker('port', container, `${inside}/tcp`)
    return Number(stdout.trim().split(':').at(-1))
  }
  const adminPort = await portOf(9_090)
  const ready = () =>
    fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(ready, 'the server is ready')
  return {
    host: '127.0.0.1',
    port: await portOf(50_051),
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', '--volumes', container)
    },
  }
}

/** `server` and `client` signed by `ca`, and `stranger` signed by itself. */
async function makeCertificates(directory: string): Promise<void> {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: directory })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const files = (name: string) => ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`]
  await openssl('req', '-x509', ...newKey, ...files('ca'))
  await openssl('req', '-x509', ...newKey, ...files('stranger'))
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost']
  for (const name of ['server', 'client']) await openssl('req', '-x509', ...newKey, ...signed, ...files(name))
  // The server runs as a user of its own.
  await chmod(directory, 0o755)
  await chmod(join(directory, 'server.key'), 0o644)
}
