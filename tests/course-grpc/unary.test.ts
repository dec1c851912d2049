import type { Course } from '@polyservice-lab/clients'
import { describe, expect, test } from 'vitest'
import { courseError, useCourseLab } from './support/course-lab.ts'
import { buildCourse, collect, seeded } from './support/courses.ts'

const lab = useCourseLab()

describe('GetCourse', () => {
  test('returns the seeded course', async () => {
    expect(await lab.client.getCourse('api-course')).toEqual(seeded)
  })

  test.each([
    ['not_found', 'an id that is not there', 'nothing', []],
    ['not_found', 'an id of 100 characters outside of the BMP', '😀'.repeat(100), []],
    ['invalid_argument', 'an empty id', '', ['course_id']],
    ['invalid_argument', 'an id of 101 characters', 'x'.repeat(101), ['course_id']],
  ] as const)('answers %s for %s', async (code, _, id, fields) => {
    await expect(lab.client.getCourse(id)).rejects.toEqual(courseError(code, fields))
  })
})

describe('CreateCourse, UpdateCourse, DeleteCourse', () => {
  const wrong: readonly (readonly [string, Partial<Course>, readonly string[]])[] = [
    ['empty id and title', { courseId: '', title: '' }, ['course.course_id', 'course.title']],
    ['an id of 101 characters', { courseId: 'я'.repeat(101) }, ['course.course_id']],
    ['a title of 251 characters', { title: '😀'.repeat(251) }, ['course.title']],
    ['a description of 10,001 characters', { description: 'я'.repeat(10_001) }, ['course.description']],
  ]
  test.each(wrong)('refuses to create a course with %s', async (_, overrides, fields) => {
    const call = lab.client.createCourse(buildCourse(overrides))
    await expect(call).rejects.toEqual(courseError('invalid_argument', fields))
  })

  test.each([
    ['the longest texts', { title: '😀'.repeat(250), description: 'я'.repeat(10_000) }],
    ['no description', { description: '' }],
    ['control characters', { courseId: 'a\u0000b\n', title: '\u0000' }],
  ])('keeps a course with %s', async (_, overrides) => {
    const course = buildCourse(overrides)
    expect(await lab.client.createCourse(course)).toEqual(course)
    expect(await lab.client.getCourse(course.courseId)).toEqual(course)
  })

  test('a read after a write sees it, whatever was read before', async () => {
    const course = buildCourse()
    const title = () =>
      lab.client.getCourse(course.courseId).then(
        ({ title }) => title,
        ({ code }) => code,
      )
    expect(await title()).toBe('not_found')
    await lab.client.importCourses([course])
    expect(await title()).toBe(course.title)
    await lab.client.updateCourse({ courseId: course.courseId, title: 'new' })
    expect(await title()).toBe('new')
    await lab.client.deleteCourse(course.courseId)
    expect(await title()).toBe('not_found')
    await lab.client.createCourse(course)
    expect(await title()).toBe(course.title)
    await lab.service.reset()
    expect(await title()).toBe('not_found')
  })

  test('refuses an id that is taken', async () => {
    await expect(lab.client.createCourse(seeded)).rejects.toEqual(courseError('already_exists'))
  })

  test('creates an id once, however many ask for it at the same time', async () => {
    const course = buildCourse()
    const calls = await Promise.allSettled(Array.from({ length: 20 }, () => lab.client.createCourse(course)))
    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test.each<[string, string[], Partial<Course>, Partial<Course>]>([
    ['the fields of the mask only', ['title'], { title: 'new', description: 'new' }, { title: 'new' }],
    ['a field of the mask to empty', ['description'], {}, { description: '' }],
    ['everything for *', ['*'], { title: 'new' }, { title: 'new', description: '' }],
    ['the fields that are not empty without a mask', [], { description: 'new' }, { description: 'new' }],
    ['nothing without a mask and fields', [], {}, {}],
  ])('changes %s', async (_, mask, changes, expected) => {
    const course = buildCourse()
    await lab.client.createCourse(course)
    const changed = await lab.client.updateCourse({ courseId: course.courseId, ...changes }, mask)
    expect(changed).toEqual({ ...course, ...expected })
    expect(await lab.client.getCourse(course.courseId)).toEqual(changed)
  })

  test.each([
    ['an unknown path', ['titel'], { title: 'new' }, 'update_mask'],
    ['the id as a path', ['course_id'], { title: 'new' }, 'update_mask'],
    ['* beside a path', ['*', 'title'], { title: 'new' }, 'update_mask'],
    ['an empty title in the mask', ['title'], {}, 'course.title'],
  ])('refuses to update with %s', async (_, mask, changes, field) => {
    const call = lab.client.updateCourse({ courseId: 'api-course', ...changes }, mask)
    await expect(call).rejects.toEqual(courseError('invalid_argument', [field]))
  })

  test('refuses to update or delete what is not there', async () => {
    await expect(lab.client.updateCourse(buildCourse())).rejects.toEqual(courseError('not_found'))
    await expect(lab.client.deleteCourse('nothing')).rejects.toEqual(courseError('not_found'))
    await expect(lab.client.deleteCourse('')).rejects.toEqual(courseError('invalid_argument', ['course_id']))
  })

  test('forgets a course that is deleted, until a reset for the seeded one', async () => {
    await lab.client.deleteCourse('api-course')
    await expect(lab.client.getCourse('api-course')).rejects.toEqual(courseError('not_found'))
    await lab.service.reset()
    expect(await collect(lab.client.listCourses())).toEqual([seeded])
  })
})
