import { once } from 'node:events'
import { connect } from 'node:net'
import { createApiClient } from '@polyservice-lab/clients'
import { beforeEach, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'
import { createFile, createPerson, type Person } from './support/people.ts'

const lab = useLab(['users-api'], { UPLOAD_BYTES_MAX: '2000000', CORS_ORIGINS: 'https://a.example' })

let person: Person
let container: string

// For each test anew: one of them starts the container again, on another port.
beforeEach(async () => {
  person = await createPerson(lab.service('users-api'))
  const { port } = await lab.service('users-api').address()
  const { stdout } = await docker('ps', '--quiet', '--filter', `publish=${port}`)
  container = stdout.trim()
})

/** The names of all that is stored, finished or not. */
async function blobs(): Promise<string[]> {
  const list = "console.log(JSON.stringify(fs.readdirSync('/data/blobs')))"
  return JSON.parse((await docker('exec', container, 'node', '--eval', list)).stdout)
}

function multipart(fields: Record<string, string>, bytes: string): string {
  const texts = Object.entries(fields).map(
    ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const disposition = 'form-data; name="upload_file"; filename="f"'
  return `${texts.join('')}--x\r\nContent-Disposition: ${disposition}\r\n\r\n${bytes}\r\n--x--\r\n`
}

test('stores bytes as they are, and gives them back', async () => {
  const bytes = new Uint8Array(1_000_000).map((_, i) => (i * 7919) % 256)
  const file = await person.files.createFile({ directory: 'a/b', filename: 'ü ?#%.bin', bytes })
  expect(Buffer.from(await person.files.downloadFile(file)).equals(bytes)).toBe(true)
})

test('replaces the bytes of a file of the same path, and leaves none behind', async () => {
  const file = await createFile(person, 'first')
  const before = await blobs()
  await person.files.createFile({ ...file, bytes: 'second' })
  expect(Buffer.from(await person.files.downloadFile(file)).toString()).toBe('second')
  expect(await blobs()).toHaveLength(before.length)
})

describe('refuses', () => {
  test.each([
    ['a directory that climbs', { directory: '../x' }],
    ['a directory that climbs inside', { directory: 'a/../../x' }],
    ['a directory that is absolute', { directory: '/etc' }],
    ['a directory with an empty segment', { directory: 'a//b' }],
    ['a name with a slash', { filename: 'a/b' }],
    ['a name that is the directory above', { filename: '..' }],
    ['a name with NUL', { filename: 'a\0b' }],
  ])('%s, and keeps nothing of the upload', async (_name, fields) => {
    const before = await blobs()
    const attempt = person.files.createFile({ directory: 'tests', filename: 'x.txt', bytes: 'x', ...fields })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_argument', status: 422 })
    expect(await blobs()).toEqual(before)
  })

  test('an upload that is too large, told or not', async () => {
    const before = await blobs()
    const attempt = person.files.createFile({
      directory: 'tests',
      filename: 'large',
      bytes: new Uint8Array(2_000_001),
    })
    await expect(attempt).rejects.toMatchObject({ status: 413 })
    const status = await sendRaw(`Transfer-Encoding: chunked\r\n`, chunked('x'.repeat(2_100_000)))
    expect(status).toBe(413)
    await until(async () => (await blobs()).length === before.length, 'nothing is left')
  })

  test('an upload of nobody, without a byte of it on the disk', async () => {
    const before = await blobs()
    const api = createApiClient(await lab.service('users-api').address())
    const body = new FormData()
    body.set('upload_file', new Blob(['x']), 'x')
    expect(await api.post('/api/v1/files', { body })).toMatchObject({ status: 401 })
    expect(await blobs()).toEqual(before)
  })
})

test.each([
  ['Missing boundary in multipart.', 'multipart/form-data', 'x'],
  ['There was an error parsing the body', 'multipart/form-data; boundary=x', 'rubbish'],
  [
    'The Content-Disposition header field "name" must be provided.',
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n',
  ],
])('answers 400 "%s"', async (detail, contentType, body) => {
  const api = createApiClient(await lab.service('users-api').address())
  const headers = { 'content-type': contentType }
  expect(await api.post('/api/v1/files', { body, headers })).toMatchObject({
    status: 400,
    body: { detail },
  })
})

test('keeps nothing of an upload that is cut off', async () => {
  const before = await blobs()
  const { host, port } = await lab.service('users-api').address()
  const socket = connect(port, host)
  await once(socket, 'connect')
  const body = multipart({ filename: 'cut', directory: 'tests' }, 'x'.repeat(500_000))
  socket.write(requestHead(`Content-Length: ${body.length}\r\n`) + body.slice(0, 300_000))
  await until(async () => (await blobs()).length > before.length, 'the upload has begun')
  socket.destroy()
  await until(async () => (await blobs()).length === before.length, 'nothing of it is left')
})

test('sweeps what a crash left when it starts again', async () => {
  const service = lab.service('users-api')
  const file = await createFile(person, 'kept')
  const before = await blobs()
  const { host, port } = await service.address()
  const socket = connect(port, host).on('error', () => {})
  await once(socket, 'connect')
  const body = multipart({ filename: 'cut', directory: 'tests' }, 'x'.repeat(500_000))
  socket.write(requestHead(`Content-Length: ${body.length}\r\n`) + body.slice(0, 300_000))
  await until(async () => (await blobs()).length > before.length, 'the upload has begun')
  await service.signal('SIGKILL')
  await service.exitCode()
  await service.start()
  expect(await blobs()).toEqual(before)
  const address = await service.address()
  const again = createApiClient(address)
  const bytes = (await again.get(`/static/tests/${file.filename}`)).bytes
  expect(Buffer.from(bytes).toString()).toBe('kept')
})

test('lets the pages of the configured origins read its answers, and no others', async () => {
  const api = createApiClient(await lab.service('users-api').address())
  const allowed = async (origin: string) =>
    (await api.get('/openapi.json', { headers: { origin } })).headers.get('access-control-allow-origin')
  expect(await allowed('https://a.example')).toBe('https://a.example')
  expect(await allowed('https://b.example')).toBe(null)
})

function requestHead(headers: string): string {
  return (
    'POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' +
    `Authorization: Bearer ${person.tokens.accessToken}\r\n` +
    `Content-Type: multipart/form-data; boundary=x\r\n${headers}\r\n`
  )
}

function chunked(text: string): string {
  const body = multipart({ filename: 'large', directory: 'tests' }, text)
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

/** The status of an answer to bytes that are sent as they are. */
async function sendRaw(headers: string, body: string): Promise<number> {
  const { host, port } = await lab.service('users-api').address()
  const socket = connect(port, host).on('error', () => {})
  await once(socket, 'connect')
  socket.write(requestHead(headers) + body)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(answer.toString('latin1').split(' ')[1])
}
