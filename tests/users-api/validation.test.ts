import { type ApiClient, createApiClient } from '@polyservice-lab/clients'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createCourse, createPerson, fakers, type Person } from './support/people.ts'

const lab = useLab(['users-api'], { LOGIN_RATE: '0' })

const version1 = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
const uuids = [
  version1,
  '0190163d-8694-739b-aea5-966c26f8ad91',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
]

let person: Person
let api: ApiClient

beforeAll(async () => {
  person = await createPerson(lab.service('users-api'))
  const address = await lab.service('users-api').address()
  api = createApiClient({ ...address, token: person.tokens.accessToken })
})

describe('ids', () => {
  test.each(uuids)('looks up %s in a path, whatever its version', async (id) => {
    const answers = [
      await person.users.getUserApi(id),
      await person.users.updateUserApi(id, { firstName: 'Ada' }),
      await person.files.getFileApi(id),
      await person.files.deleteFileApi(id),
      await person.courses.getCourseApi(id),
      await person.courses.updateCourseApi(id, {}),
      await person.courses.deleteCourseApi(id),
      await person.exercises.getExerciseApi(id),
      await person.exercises.updateExerciseApi(id, {}),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
    expect((await person.users.deleteUserApi(id)).body).toBeNull()
    expect((await person.exercises.deleteExerciseApi(id)).body).toBeNull()
  })

  test.each(uuids)('finds nothing for %s in a query', async (id) => {
    expect((await person.courses.getCoursesApi({ userId: id })).body).toEqual({ courses: [] })
    expect((await person.exercises.getExercisesApi({ courseId: id })).body).toEqual({ exercises: [] })
  })

  test.each(['1', 'course-1', `${version1}0`, `{${version1}`])(
    'refuses %s in a path: it is no UUID',
    async (id) => {
      const { status, body } = await person.courses.getCourseApi(id)
      expect(status).toBe(422)
      expect(body).toMatchObject({
        detail: [{ type: 'uuid_parsing', loc: ['path', 'course_id'], input: id }],
      })
    },
  )

  test('finds a course by every spelling of its id', async () => {
    const course = await createCourse(person)
    for (const id of [
      course.id.toUpperCase(),
      course.id.replaceAll('-', ''),
      `{${course.id}}`,
      `urn:uuid:${course.id}`,
    ])
      expect(await person.courses.getCourse(id)).toEqual(course)
  })

  test('keeps to version 4 in a body', async () => {
    const course = fakers.course({ previewFileId: version1, createdByUserId: person.user.id })
    const { status, body } = await person.courses.createCourseApi(course)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      detail: [{ type: 'uuid_version', loc: ['body', 'previewFileId'], ctx: { expected_version: 4 } }],
    })
  })
})

describe('names of files', () => {
  test('takes a filename of 255 characters and a directory of 1,024', async () => {
    const names = { filename: `${'й'.repeat(251)}.txt`, directory: `${'🎓'.repeat(511)}/${'b'.repeat(512)}` }
    const file = await person.files.createFile({ ...names, bytes: 'bytes' })
    expect(file).toMatchObject(names)
    expect(Buffer.from(await person.files.downloadFile(file)).toString()).toBe('bytes')
  })

  test.each([
    ['filename', 255],
    ['directory', 1024],
  ])('refuses a %s of more than %i characters', async (field, max) => {
    const value = 'x'.repeat(max + 1)
    const { status, body } = await person.files.createFileApi({ ...fakers.file(), [field]: value })
    expect(status).toBe(422)
    const msg = `String should have at most ${max} characters`
    const loc = ['body', field]
    expect(body).toEqual({
      detail: [{ type: 'string_too_long', loc, msg, input: value, ctx: { max_length: max } }],
    })
  })
})

describe('the input of a fault', () => {
  const inputs = (body: unknown) => (body as { detail: object[] }).detail.map((fault) => 'input' in fault)

  test('is left out of all faults where it would make the answer larger than 64 KiB', async () => {
    const { status, body, bytes } = await api.post('/api/v1/users', { json: { note: 'x'.repeat(900_000) } })
    expect(status).toBe(422)
    expect(inputs(body)).toEqual([false, false, false, false, false])
    expect(bytes.length).toBeLessThan(1000)
  })

  test('is repeated in an answer of up to 64 KiB', async () => {
    const { body, bytes } = await api.post('/api/v1/users', { json: { note: 'x'.repeat(12_000) } })
    expect(inputs(body)).toEqual([true, true, true, true, true])
    expect(bytes.length).toBeLessThanOrEqual(64 * 1024)
  })
})

describe('a body of any JSON value', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.bigInt().map(Number),
    text,
    fc.constantFrom(...uuids),
  )
  const fields = [
    ...['email', 'password', 'lastName', 'firstName', 'middleName', 'refreshToken', 'title', 'description'],
    ...[
      'maxScore',
      'minScore',
      'orderIndex',
      'estimatedTime',
      'previewFileId',
      'createdByUserId',
      'courseId',
    ],
    ...['__proto__', 'constructor', 'toString'],
  ]
  const object = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 })
  const body = fc.oneof(value, object).map((any) => JSON.stringify(any))
  const routes = fc.constantFrom(
    ...['POST /users', 'POST /courses', 'POST /exercises', 'POST /authentication/login'],
    ...['POST /authentication/refresh', `PATCH /users/${version1}`, `PATCH /courses/${version1}`],
    `PATCH /exercises/${version1}`,
  )
  const headers = { 'content-type': 'application/json' }

  async function answerTo(route: string, sent: string | Uint8Array<ArrayBuffer>) {
    const [method = '', path = ''] = route.split(' ')
    return api.request(method, `/api/v1${path}`, { headers, body: sent })
  }

  test('is answered, and never by 500', async () => {
    const property = fc.asyncProperty(routes, body, async (route, sent) => {
      const { status, body: answer } = await answerTo(route, sent)
      expect([200, 401, 404, 422]).toContain(status)
      if (status === 422) expect(answer).toHaveProperty('detail.0.type')
    })
    await fc.assert(property, { numRuns: 300 })
  })

  test('with one byte changed is answered, and never by 500', async () => {
    const changed = fc.record({ sent: body, at: fc.nat(), byte: fc.nat({ max: 255 }) })
    const property = fc.asyncProperty(routes, changed, async (route, { sent, at, byte }) => {
      const bytes = new Uint8Array(Buffer.from(sent))
      bytes[at % bytes.length] = byte
      const { status } = await answerTo(route, bytes)
      expect([200, 400, 401, 404, 422]).toContain(status)
    })
    await fc.assert(property, { numRuns: 200 })
  })
})
