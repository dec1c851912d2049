import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createCourse, createFile, createPerson, fakers, type Person } from './support/people.ts'

const lab = useLab(['users-api'])
const notAllowed = { code: 'permission_denied', message: 'Not allowed' }

let owner: Person
let stranger: Person

beforeAll(async () => {
  owner = await createPerson(lab.service('users-api'))
  stranger = await createPerson(lab.service('users-api'))
})

describe('somebody else', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['change a user', () => stranger.users.updateUser(owner.user.id, { firstName: 'X' })],
    ['delete a user', () => stranger.users.deleteUser(owner.user.id)],
    ['change a course', async () => stranger.courses.updateCourse((await createCourse(owner)).id, {})],
    ['delete a course', async () => stranger.courses.deleteCourse((await createCourse(owner)).id)],
    ['delete a file', async () => stranger.files.deleteFile((await createFile(owner)).id)],
    [
      'replace a file',
      async () => stranger.files.createFile({ ...(await createFile(owner)), bytes: 'other' }),
    ],
    [
      'create a course for them',
      async () => {
        const { id: previewFileId } = await createFile(stranger)
        const createdByUserId = owner.user.id
        return stranger.courses.createCourse(fakers.course({ previewFileId, createdByUserId }))
      },
    ],
    [
      'change an exercise',
      async () => stranger.exercises.updateExercise((await createExercise(owner)).id, {}),
    ],
    ['delete an exercise', async () => stranger.exercises.deleteExercise((await createExercise(owner)).id)],
  ])('may not %s', async (_name, attempt) => {
    await expect(attempt()).rejects.toMatchObject(notAllowed)
  })

  test('may read everything', async () => {
    const course = await createCourse(owner)
    const exercise = await createExercise(owner)
    expect(await stranger.users.getUser(owner.user.id)).toEqual(owner.user)
    expect(await stranger.courses.getCourse(course.id)).toEqual(course)
    expect(await stranger.files.getFile(course.previewFile.id)).toEqual(course.previewFile)
    expect(await stranger.exercises.getExercise(exercise.id)).toEqual(exercise)
  })
})

test('an exercise needs an existing course', async () => {
  const attempt = owner.exercises.createExercise(exerciseOf(randomUUID()))
  await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'Course not found' })
})

test('a course needs its preview file', async () => {
  const course = fakers.course({ previewFileId: randomUUID(), createdByUserId: owner.user.id })
  const attempt = owner.courses.createCourse(course)
  await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'File not found' })
})

test('a file that a course uses cannot be deleted', async () => {
  const course = await createCourse(owner)
  await expect(owner.files.deleteFile(course.previewFile.id)).rejects.toMatchObject({
    code: 'failed_precondition',
    message: 'File is used by a course',
  })
})

test('a course takes its exercises and its preview file with it', async () => {
  const course = await createCourse(owner)
  const exercise = await owner.exercises.createExercise(exerciseOf(course.id))
  await owner.courses.deleteCourse(course.id)
  await expect(owner.exercises.getExercise(exercise.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(owner.files.getFile(course.previewFile.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(owner.files.downloadFile(course.previewFile)).rejects.toMatchObject({ code: 'not_found' })
})

test('a course leaves a preview file that another course uses, or that is of another', async () => {
  const course = await createCourse(owner)
  const previewFileId = course.previewFile.id
  const second = await owner.courses.createCourse(
    fakers.course({ previewFileId, createdByUserId: owner.user.id }),
  )
  const theirs = await stranger.courses.createCourse(
    fakers.course({ previewFileId, createdByUserId: stranger.user.id }),
  )
  await owner.courses.deleteCourse(second.id)
  await owner.courses.deleteCourse(course.id)
  expect(await stranger.courses.getCourse(theirs.id)).toEqual(theirs)
  await stranger.courses.deleteCourse(theirs.id)
  expect(await owner.files.getFile(previewFileId)).toEqual(course.previewFile)
})

test('a user takes all that is theirs with them, but no file that somebody needs', async () => {
  const leaver = await createPerson(lab.service('users-api'))
  const course = await createCourse(leaver)
  const file = await createFile(leaver)
  const needed = await createFile(leaver, 'needed')
  const exercise = await leaver.exercises.createExercise(exerciseOf(course.id))
  const kept = await owner.courses.createCourse(
    fakers.course({ previewFileId: needed.id, createdByUserId: owner.user.id }),
  )
  await leaver.users.deleteUser(leaver.user.id)
  const gone = await Promise.allSettled([
    owner.users.getUser(leaver.user.id),
    owner.courses.getCourse(course.id),
    owner.exercises.getExercise(exercise.id),
    owner.files.getFile(file.id),
    owner.files.downloadFile(file),
    owner.files.getFile(course.previewFile.id),
  ])
  for (const answer of gone) expect(answer).toMatchObject({ reason: { code: 'not_found' } })
  expect(await owner.courses.getCourse(kept.id)).toEqual(kept)
  expect(Buffer.from(await owner.files.downloadFile(needed)).toString()).toBe('needed')
})

test('a change without fields, or to the same email, changes nothing', async () => {
  const person = await createPerson(lab.service('users-api'))
  expect(await person.users.updateUser(person.user.id, {})).toEqual(person.user)
  const { email } = person.user
  expect(await person.users.updateUser(person.user.id, { email })).toEqual(person.user)
  await expect(person.users.updateUser(person.user.id, { email: owner.user.email })).rejects.toMatchObject({
    code: 'already_exists',
  })
  await expect(person.users.updateUser(randomUUID(), {})).rejects.toMatchObject({ code: 'not_found' })
})

function exerciseOf(courseId: string) {
  return fakers.exercise({ courseId })
}

async function createExercise(person: Person) {
  return person.exercises.createExercise(exerciseOf((await createCourse(person)).id))
}
