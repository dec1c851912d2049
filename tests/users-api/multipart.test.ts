import { connect } from 'node:net'
import { createApiClient } from '@polyservice-lab/clients'
import { beforeAll, describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { createPerson, type Person } from './support/people.ts'

const lab = useLab(['users-api'])
let person: Person

beforeAll(async () => {
  person = await createPerson(lab.service('users-api'))
})

const part = (name: string, text: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`
const file = '--x\r\nContent-Disposition: form-data; name="upload_file"; filename="f"\r\n\r\nhello\r\n'
const whole = (directory: string) => `${part('filename', 'a.txt')}${part('directory', directory)}${file}`

async function post(body: string | Buffer, contentType = 'multipart/form-data; boundary=x') {
  const address = await lab.service('users-api').address()
  const api = createApiClient({ ...address, token: person.tokens.accessToken })
  return api.post('/api/v1/files', {
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': contentType },
  })
}

describe('takes', () => {
  test.each([
    ['a field after an empty part', `${part('other', '')}${whole('after')}--x--\r\n`],
    ['text before the first part', `text\r\n${whole('before')}--x--\r\n`],
    ['text after the last part', `${whole('behind')}--x--\r\nrubbish\r\n--x\r\n`],
    ['what is nearly a boundary', `${part('other', '\r\n--\r\n--y')}${whole('nearly')}--x--`],
  ])('%s', async (_name, body) => {
    expect(await post(body)).toMatchObject({ status: 200, body: { file: { filename: 'a.txt' } } })
  })

  test('texts in Latin-1 where they are not UTF-8', async () => {
    const body = Buffer.from(`${whole('caf\xe9')}--x--`, 'latin1')
    expect(await post(body)).toMatchObject({ status: 200, body: { file: { directory: 'caf\xe9' } } })
  })
})

const noName = 'The Content-Disposition header field "name" must be provided.'
const unparsable = 'There was an error parsing the body'

describe('answers 400 to', () => {
  test.each([
    ['a part without a disposition', `--x\r\nA: 1\r\n\r\n1\r\n${whole('a')}--x--`, noName],
    ['a part without a name', `--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--`, noName],
    [
      'a part with 200 KB of headers before its name',
      `--x\r\nA: ${'a'.repeat(200_000)}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--`,
      noName,
    ],
    ['a part whose headers do not end', `--x\r\nA: 1\r\n--x\r\n${part('a', '1')}--x--`, unparsable],
    ['a form without its last boundary', whole('cut'), unparsable],
    ['a form that ends within a part', whole('cut').slice(0, -4), unparsable],
    ['a body that is no form', 'rubbish', unparsable],
    ['no body', '', unparsable],
    [
      'too many fields',
      `${part('a', '1').repeat(1001)}--x--`,
      'Too many fields. Maximum number of fields is 1000.',
    ],
  ])('%s', async (_name, body, detail) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { detail } })
  })

  test.each([
    ['an empty boundary', 'multipart/form-data; boundary='],
    ['a boundary of 300 characters', `multipart/form-data; boundary=${'x'.repeat(300)}`],
  ])('%s', async (_name, contentType) => {
    expect(await post(whole('a'), contentType)).toMatchObject({ status: 400, body: { detail: unparsable } })
  })
})

test('a client that leaves in the middle of a file is an access line and no more', async () => {
  const service = lab.service('users-api')
  const { host, port } = await service.address()
  const head =
    'POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n' +
    `Authorization: Bearer ${person.tokens.accessToken}\r\nContent-Length: 100000\r\n\r\n`
  const socket = connect(port, host).on('error', () => {})
  socket.write(head + file.slice(0, -4))
  await until(async () => (await service.metric('lab_requests_in_flight')) === 1, 'the request is in flight')
  socket.destroy()
  await until(async () => (await service.metric('lab_requests_in_flight')) === 0, 'the request has ended')
  // A proxy between them may make of it a client that has closed its side, which is told that its request is not whole.
  expect(await service.readLogs()).toMatch(
    /"outcome":"cancelled","status":499|"outcome":"invalid_argument","status":400.*\n$/,
  )
  expect(await service.readLogs()).not.toMatch(/"level":"(error|fatal)"/)
})
