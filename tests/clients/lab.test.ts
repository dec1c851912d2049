import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type CallOptions, createLab, type Lab, LabError } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { expect, onTestFinished, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { connect } from './support/connect.ts'

const services = useLab(coreServiceNames)
const fakers = createFakers()

test('one call speaks to all four protocols', async () => {
  await using lab = connect(services)
  const account = fakers.user()
  const { id } = await lab.users.createUser(account)
  expect((await lab.authentication.login(account)).tokenType).toBe('bearer')
  expect((await lab.as(account).users.getUserMe()).id).toBe(id)
  expect((await lab.catalogue.getCourse('api-course')).courseId).toBe('api-course')
  expect((await lab.history.send('hello')).at(-1)).toBe('hello')
  expect(await lab.echo.echo('hello')).toHaveLength(5)
})

test('with an account, its REST clients are those of the account', async () => {
  await using nobody = connect(services)
  const account = fakers.user()
  await nobody.users.createUser(account)
  await expect(nobody.users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
  await using lab = connect(services, { account })
  expect((await lab.users.getUserMe()).email).toBe(account.email)
  expect(lab.as({ ...account }).files).toBe(lab.files)
})

test('every client takes the signal and the timeout of a call', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => {
    silent.close()
  })
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const ports = { courseGrpc: port, tcpHistory: port, wsEcho: port, usersApi: port }
  await using lab = createLab({ ports, account: fakers.user() })
  const codes = async (options: CallOptions) => {
    const calls = [
      lab.authentication.login(fakers.user(), options),
      lab.users.createUser(fakers.user(), options),
      lab.files.getFile('x', options),
      lab.courses.getCourse('x', options),
      lab.exercises.getExercise('x', options),
      lab.catalogue.getCourse('api-course', options),
      lab.history.send('hello', options),
      lab.echo.echo('hello', options),
    ]
    const outcomes = await Promise.allSettled(calls)
    return new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code))
  }
  expect(await codes({ signal: AbortSignal.abort() })).toEqual(new Set(['cancelled']))
  expect(await codes({ timeoutMs: 50 })).toEqual(new Set(['deadline_exceeded']))
})

test.for<[protocol: string, call: (clients: Lab) => Promise<unknown>, told: object, hasRequestId: boolean]>([
  [
    'REST, with the fields that are wrong',
    ({ users }) => users.createUser({ ...fakers.user(), email: 'ada', lastName: '' }),
    { code: 'invalid_argument', status: 422, violations: [{ field: 'email' }, { field: 'lastName' }] },
    true,
  ],
  [
    'gRPC, with the fields that are wrong',
    ({ catalogue }) => catalogue.createCourse({ courseId: '', title: '', description: '' }),
    {
      code: 'invalid_argument',
      status: 'INVALID_ARGUMENT',
      violations: [{ field: 'course.course_id' }, { field: 'course.title' }],
    },
    true,
  ],
  [
    'TCP',
    ({ history }) => history.send('x'.repeat(65_537)),
    { code: 'resource_exhausted', status: 'too_long', violations: [] },
    false,
  ],
  [
    'WebSocket',
    ({ echo }) => echo.echo('x'.repeat(1024 * 1024 + 1)),
    { code: 'resource_exhausted', status: 1009, violations: [] },
    false,
  ],
])('one error for %s', async ([, call, told, hasRequestId]) => {
  await using clients = connect(services)
  const error = await call(clients).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LabError)
  expect(error).toMatchObject(told)
  const { message, requestId } = error as LabError
  expect(message).not.toBe('')
  expect(typeof requestId).toBe(hasRequestId ? 'string' : 'undefined')
})
