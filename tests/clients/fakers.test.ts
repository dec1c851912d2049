import { type Lab, LabError } from '@polyservice-lab/clients'
import { createFakers, withFakers, wrongValues } from '@polyservice-lab/clients/fakers'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { beforeAll, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { connect } from './support/connect.ts'

const services = useLab(coreServiceNames)
const fakers = createFakers()
const account = fakers.user()

let lab: Lab
let userId: string
let previewFileId: string
let courseId: string

beforeAll(async () => {
  lab = connect(services, { account })
  userId = (await lab.users.createUser(account)).id
  previewFileId = (await lab.files.createFile(fakers.file())).id
  courseId = (await lab.courses.createCourse(fakers.course({ previewFileId, createdByUserId: userId }))).id
  return () => lab[Symbol.asyncDispose]()
})

test(
  'the services take what the fakers make',
  withFakers(async (made) => {
    const user = made.user()
    const { id } = await lab.users.createUser(user)
    const clients = lab.as(user)
    const file = await clients.files.createFile(made.file())
    const course = await clients.courses.createCourse(
      made.course({ previewFileId: file.id, createdByUserId: id }),
    )
    await clients.exercises.createExercise(made.exercise({ courseId: course.id }))
    const catalogueCourse = made.catalogueCourse()
    expect(await lab.catalogue.createCourse(catalogueCourse)).toEqual(catalogueCourse)
    const message = made.message()
    expect((await lab.history.send(message)).at(-1)).toBe(message)
  }),
)

/** The fields that an answer or an error finds wrong. */
async function wrongFields(answer: Promise<{ status: number; body: unknown }>): Promise<unknown> {
  const { status, body } = await answer
  const { detail } = body as { detail: { loc: string[] }[] }
  return [status, [...new Set(detail.map(({ loc }) => loc.join('.')))]]
}

describe('users-api answers 422 and names the field', () => {
  test.for(wrongValues.user)('a user with $name', async ({ field, value }) => {
    const answer = lab.users.createUserApi({ ...fakers.user(), [field]: value })
    expect(await wrongFields(answer)).toEqual([422, [`body.${field}`]])
  })

  test.for(wrongValues.course)('a course with $name', async ({ field, value }) => {
    const course = fakers.course({ previewFileId, createdByUserId: userId })
    const answer = lab.courses.createCourseApi({ ...course, [field]: value })
    expect(await wrongFields(answer)).toEqual([422, [`body.${field}`]])
  })

  test.for(wrongValues.exercise)('an exercise with $name', async ({ field, value }) => {
    const answer = lab.exercises.createExerciseApi({ ...fakers.exercise({ courseId }), [field]: value })
    expect(await wrongFields(answer)).toEqual([422, [`body.${field}`]])
  })

  test.for(wrongValues.file)('a file with $name', async ({ field, value }) => {
    const { [field]: _right, ...others } = fakers.file()
    const answer = lab.files.createFileApi(value === undefined ? others : { ...others, [field]: value })
    expect(await wrongFields(answer)).toEqual([422, [`body.${field === 'bytes' ? 'upload_file' : field}`]])
  })
})

test.for(wrongValues.catalogueCourse)('course-grpc refuses a course with $name', async ({ field, value }) => {
  const error = await lab.catalogue
    .createCourse({ ...fakers.catalogueCourse(), [field]: value })
    .catch((thrown: unknown) => thrown as LabError)
  const name = field === 'courseId' ? 'course_id' : field
  expect(error).toMatchObject({ code: 'invalid_argument', violations: [{ field: `course.${name}` }] })
})

test.for(wrongValues.message)('tcp-history refuses a $name', async ({ name, value }) => {
  const error = await lab.history.send(value as string).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LabError)
  expect(`message: ${(error as LabError).status}`).toBe(name)
})
