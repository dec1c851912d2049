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
    ['change a user', () => stranger.users.update(owner.user.id, { firstName: 'X' })],
    ['delete a user', () => stranger.users.delete(owner.user.id)],
    ['change a course', async () => stranger.courses.update((await createCourse(owner)).id, {})],
    ['delete a course', async () => stranger.courses.delete((await createCourse(owner)).id)],
    ['delete a file', async () => stranger.files.delete((await createFile(owner)).id)],
    ['replace a file', async () => stranger.files.create({ ...(await createFile(owner)), bytes: 'other' })],
    [
      'create a course for them',
      async () => {
        const { id: previewFileId } = await createFile(stranger)
        const createdByUserId = owner.user.id
        return stranger.courses.create(fakers.course({ previewFileId, createdByUserId }))
      },
    ],
    ['change an exercise', async () => stranger.exercises.update((await createExercise(owner)).id, {})],
    ['delete an exercise', async () => stranger.exercises.delete((await createExercise(owner)).id)],
  ])('may not %s', async (_name, attempt) => {
    await expect(attempt()).rejects.toMatchObject(notAllowed)
  })

  test('may read everything', async () => {
    const course = await createCourse(owner)
    const exercise = await createExercise(owner)
    expect(await stranger.users.get(owner.user.id)).toEqual(owner.user)
    expect(await stranger.courses.get(course.id)).toEqual(course)
    expect(await stranger.files.get(course.previewFile.id)).toEqual(course.previewFile)
    expect(await stranger.exercises.get(exercise.id)).toEqual(exercise)
  })
})

test('an exercise needs an existing course', async () => {
  const attempt = owner.exercises.create(exerciseOf(randomUUID()))
  await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'Course not found' })
})

test('a course needs its preview file', async () => {
  const course = fakers.course({ previewFileId: randomUUID(), createdByUserId: owner.user.id })
  const attempt = owner.courses.create(course)
  await expect(attempt).rejects.toMatchObject({ code: 'not_found', message: 'File not found' })
})

test('a file that a course uses cannot be deleted', async () => {
  const course = await createCourse(owner)
  await expect(owner.files.delete(course.previewFile.id)).rejects.toMatchObject({
    code: 'failed_precondition',
    message: 'File is used by a course',
  })
})

test('a course takes its exercises and its preview file with it', async () => {
  const course = await createCourse(owner)
  const exercise = await owner.exercises.create(exerciseOf(course.id))
  await owner.courses.delete(course.id)
  await expect(owner.exercises.get(exercise.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(owner.files.get(course.previewFile.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(owner.files.download(course.previewFile)).rejects.toMatchObject({ code: 'not_found' })
})

test('a course leaves a preview file that another course uses, or that is of another', async () => {
  const course = await createCourse(owner)
  const previewFileId = course.previewFile.id
  const second = await owner.courses.create(fakers.course({ previewFileId, createdByUserId: owner.user.id }))
  const theirs = await stranger.courses.create(
    fakers.course({ previewFileId, createdByUserId: stranger.user.id }),
  )
  await owner.courses.delete(second.id)
  await owner.courses.delete(course.id)
  expect(await stranger.courses.get(theirs.id)).toEqual(theirs)
  await stranger.courses.delete(theirs.id)
  expect(await owner.files.get(previewFileId)).toEqual(course.previewFile)
})

test('a user takes all that is theirs with them, but no file that somebody needs', async () => {
  const leaver = await createPerson(lab.service('users-api'))
  const course = await createCourse(leaver)
  const file = await createFile(leaver)
  const needed = await createFile(leaver, 'needed')
  const exercise = await leaver.exercises.create(exerciseOf(course.id))
  const kept = await owner.courses.create(
    fakers.course({ previewFileId: needed.id, createdByUserId: owner.user.id }),
  )
  await leaver.users.delete(leaver.user.id)
  const gone = await Promise.allSettled([
    owner.users.get(leaver.user.id),
    owner.courses.get(course.id),
    owner.exercises.get(exercise.id),
    owner.files.get(file.id),
    owner.files.download(file),
    owner.files.get(course.previewFile.id),
  ])
  for (const answer of gone) expect(answer).toMatchObject({ reason: { code: 'not_found' } })
  expect(await owner.courses.get(kept.id)).toEqual(kept)
  expect(Buffer.from(await owner.files.download(needed)).toString()).toBe('needed')
})

test('a change without fields, or to the same email, changes nothing', async () => {
  const person = await createPerson(lab.service('users-api'))
  expect(await person.users.update(person.user.id, {})).toEqual(person.user)
  const { email } = person.user
  expect(await person.users.update(person.user.id, { email })).toEqual(person.user)
  await expect(person.users.update(person.user.id, { email: owner.user.email })).rejects.toMatchObject({
    code: 'already_exists',
  })
  await expect(person.users.update(randomUUID(), {})).rejects.toMatchObject({ code: 'not_found' })
})

function exerciseOf(courseId: string) {
  return fakers.exercise({ courseId })
}

async function createExercise(person: Person) {
  return person.exercises.create(exerciseOf((await createCourse(person)).id))
}
