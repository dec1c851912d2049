import { once } from 'node:events'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { createCourseClient } from '@polyservice-lab/clients'
import {
  CourseSchema,
  CourseService,
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@polyservice-lab/contracts/course-grpc'
import { beforeEach, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { buildCourse, collect, manyCourses } from './support/courses.ts'
import { connectRaw, frame, messageFrame, pathOf, type RawCall } from './support/raw-client.ts'

const shutdownTimeoutMs = 3_000
const lab = useLab(['course-grpc'], { SHUTDOWN_TIMEOUT_MS: `${shutdownTimeoutMs}` })
const { getCourse, importCourses, listCourses, study } = CourseService.method
const ask = messageFrame(study.input, { courseId: 'api-course', question: 'API' })

beforeEach(async () => {
  const adminUrl = lab.service('course-grpc').adminUrl()
  const up = await fetch(`${adminUrl}/readyz`)
    .then(({ ok }) => ok)
    .catch(() => false)
  if (!up) await lab.service('course-grpc').start()
  await lab.service('course-grpc').reset()
})

const connect = async () => connectRaw(await lab.service('course-grpc').address())
const healthOf = ({ frames }: RawCall) =>
  frames.map(({ payload }) => fromBinary(Health.method.watch.output, payload).status)

test('SIGTERM: health says NOT_SERVING, then GOAWAY, calls in flight finish, new ones are refused, exit 0', async () => {
  const service = lab.service('course-grpc')
  const address = await service.address()
  await using connection = await connectRaw(address)
  const watch = connection.open(pathOf(Health.method.watch))
  watch.stream.end(messageFrame(Health.method.watch.input, {}))
  const imported = connection.open(pathOf(importCourses))
  imported.stream.write(messageFrame(CourseSchema, buildCourse({ courseId: 'a' })))
  const dialogue = connection.open(pathOf(study))
  dialogue.stream.write(ask)
  await until(() => healthOf(watch).length === 1 && dialogue.frames.length === 2, 'the calls are in flight')

  const goaway = once(connection.session, 'goaway')
  const exit = service.exitCode()
  await service.signal('SIGTERM')
  await goaway
  expect((await watch.ended).status).toBe(14)
  expect(healthOf(watch)).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING])
  await using late = createCourseClient(address)
  await expect(late.getCourse('api-course')).rejects.toMatchObject({ code: 'unavailable' })

  dialogue.stream.end(ask)
  imported.stream.end(messageFrame(CourseSchema, buildCourse({ courseId: 'b' })))
  const [answered, counted] = await Promise.all([dialogue.ended, imported.ended])
  expect([answered.status, answered.frames.length]).toEqual([0, 4])
  expect(
    counted.frames.map(({ payload }) => fromBinary(importCourses.output, payload).importedCount),
  ).toEqual([2n])
  expect(await exit).toBe(0)
})

test('SIGTERM: a client whose keepalive is shorter than the drain keeps its calls', async () => {
  const keepaliveMs = 200
  const service = lab.service('course-grpc')
  await using client = createCourseClient({ ...(await service.address()), keepaliveMs })
  const asked = Promise.withResolvers<void>()
  async function* questions() {
    yield { courseId: 'api-course', question: 'API' }
    await asked.promise
    yield { courseId: 'api-course', question: 'API' }
  }
  await using other = await connect()
  const answers = client.study(questions())[Symbol.asyncIterator]()
  await answers.next()
  const goaway = once(other.session, 'goaway')
  await other.unary(getCourse, { courseId: 'api-course' })
  const exit = service.exitCode()
  await service.signal('SIGTERM')
  await goaway
  const signalled = performance.now()
  await until(() => performance.now() > signalled + 6 * keepaliveMs, 'several keepalives are over')
  asked.resolve()
  let count = 1
  while (!(await answers.next()).done) count++
  expect(count).toBe(4)
  expect(await exit).toBe(0)
})

test('a pause: a client is told that the server does not answer', async () => {
  const service = lab.service('course-grpc')
  await using client = createCourseClient({ ...(await service.address()), keepaliveMs: 1_000 })
  const never = Promise.withResolvers<void>()
  async function* questions() {
    yield { courseId: 'api-course', question: 'API' }
    await never.promise
  }
  const answers = client.study(questions())[Symbol.asyncIterator]()
  await answers.next()
  await answers.next()
  const told = answers.next()
  told.catch(() => {})
  await service.pause()
  try {
    await expect(told).rejects.toMatchObject({ code: 'unavailable' })
  } finally {
    await service.unpause()
    never.resolve()
  }
})

test('SIGTERM: a call that finds no end is told UNAVAILABLE, a reader that sleeps is left, exit 0 in time', async () => {
  const service = lab.service('course-grpc')
  await using client = createCourseClient(await service.address())
  await client.importCourses(manyCourses(2_000, { description: 'x'.repeat(1_000) }))
  await using connection = await connect()
  const dialogue = connection.open(pathOf(study))
  await using other = await connect()
  const sleeper = other.open(pathOf(listCourses))
  sleeper.stream.pause()
  sleeper.stream.end(messageFrame(listCourses.input, {}))
  await until(async () => (await service.metric('lab_requests_in_flight')) === 2, 'both calls are in flight')

  const exit = service.exitCode()
  await service.signal('SIGTERM')
  expect((await dialogue.ended).status).toBe(14)
  expect(await exit).toBe(0)
})

test('SIGTERM: an idle connection does not hold up the exit', async () => {
  const service = lab.service('course-grpc')
  await using connection = await connect()
  await connection.unary(getCourse, { courseId: 'api-course' })
  const closed = once(connection.session, 'close')
  const exit = service.exitCode()
  await service.signal('SIGTERM')
  await closed
  expect(await exit).toBe(0)
})

test('SIGKILL: what was acknowledged is kept, and nothing of an import that was not', async () => {
  const service = lab.service('course-grpc')
  const before = createCourseClient(await service.address())
  await before.importCourses(manyCourses(1_000))
  await before.createCourse(buildCourse({ courseId: 'created' }))
  await before.deleteCourse('api-course')
  await before[Symbol.asyncDispose]()
  await using connection = await connect()
  const { stream } = connection.open(pathOf(importCourses))
  const bytes = toBinary(CourseSchema, create(CourseSchema, buildCourse({ courseId: 'lost' })))
  stream.write(frame(bytes))
  await until(async () => (await service.metric('lab_requests_in_flight')) === 1, 'the import is in flight')

  const exit = service.exitCode()
  await service.signal('SIGKILL')
  await exit
  await service.start()
  await using client = createCourseClient(await service.address())
  const ids = (await collect(client.listCourses())).map(({ courseId }) => courseId)
  expect(ids).toEqual(['created', ...[...manyCourses(1_000)].map(({ courseId }) => courseId)])
})
