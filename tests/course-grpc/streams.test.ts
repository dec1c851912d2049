import type { Course } from '@polyservice-lab/clients'
import { beforeEach, describe, expect, test } from 'vitest'
import { courseError, useCourseLab } from './support/course-lab.ts'
import { buildCourse, collect, manyCourses, seeded } from './support/courses.ts'

const lab = useCourseLab()

const idsOf = async (page: AsyncIterable<Course>) => (await collect(page)).map(({ courseId }) => courseId)

describe('ListCourses', () => {
  test('streams all courses in the order of the bytes of their ids', async () => {
    const ids = ['Z', 'a', 'я', '\uffff', '😀', 'b'.repeat(100)]
    await lab.client.importCourses(ids.map((courseId) => buildCourse({ courseId })))
    const expected = [...ids, 'api-course'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(await idsOf(lab.client.listCourses())).toEqual(expected)
  })

  test('gives pages whose tokens hold while courses are written', async () => {
    await lab.client.importCourses(manyCourses(100))
    const first = lab.client.listCourses({ pageSize: 40 })
    const firstIds = await idsOf(first)
    await lab.client.createCourse(buildCourse({ courseId: 'aaa' }))
    await lab.client.deleteCourse(firstIds.at(-1) ?? '')
    const second = lab.client.listCourses({ pageSize: 40, pageToken: first.nextPageToken ?? '' })
    const secondIds = await idsOf(second)
    const third = lab.client.listCourses({ pageSize: 40, pageToken: second.nextPageToken ?? '' })
    const thirdIds = await idsOf(third)
    expect([...firstIds, ...secondIds, ...thirdIds]).toEqual([
      'api-course',
      ...[...manyCourses(100)].map(({ courseId }) => courseId),
    ])
    expect(third.nextPageToken).toBeUndefined()
  })

  test('gives no token after a page that ends with the last course', async () => {
    const page = lab.client.listCourses({ pageSize: 1 })
    expect(await idsOf(page)).toEqual(['api-course'])
    expect(page.nextPageToken).toBeUndefined()
  })

  test.each([
    ['a token that it never gave', { pageToken: 'MQ' }, 'page_token'],
    ['a token that is no base64', { pageToken: 'ключ' }, 'page_token'],
    ['a negative page size', { pageSize: -1 }, 'page_size'],
  ])('refuses %s', async (_, page, field) => {
    await expect(collect(lab.client.listCourses(page))).rejects.toEqual(
      courseError('invalid_argument', [field]),
    )
  })
})

describe('ImportCourses', () => {
  test('imports what is right and tells what is not, by position', async () => {
    const [a, b] = [buildCourse(), buildCourse()]
    const result = await lab.client.importCourses([
      a,
      { ...a, title: 'later' },
      { ...b, title: '' },
      b,
      seeded,
    ])
    const refusal = (index: number, courseId: string, code: string, fields: string[] = []) =>
      expect.objectContaining({ index, courseId, code, fields })
    expect(result).toEqual({
      importedCount: 2,
      refusedCount: 3,
      refusals: [
        refusal(1, a.courseId, 'already_exists'),
        refusal(2, b.courseId, 'invalid_argument', ['title']),
        refusal(4, 'api-course', 'already_exists'),
      ],
    })
    expect(await lab.client.getCourse(a.courseId)).toEqual(a)
  })

  test('tells the first 100 refusals and counts all', async () => {
    const wrong = [...manyCourses(300, { title: '' }), ...manyCourses(1, { courseId: 'x'.repeat(101) })]
    const { importedCount, refusedCount, refusals } = await lab.client.importCourses([...wrong, ...wrong])
    expect([importedCount, refusedCount, refusals.length]).toEqual([0, 602, 100])
    expect(refusals.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  test('imports nothing out of nothing', async () => {
    expect(await lab.client.importCourses([])).toEqual({ importedCount: 0, refusedCount: 0, refusals: [] })
  })

  test('keeps nothing of a stream that breaks', async () => {
    async function* breaking() {
      yield* manyCourses(1_000)
      throw new Error('the source broke')
    }
    await expect(lab.client.importCourses(breaking())).rejects.toThrow('the source broke')
    await lab.idle()
    expect(await idsOf(lab.client.listCourses())).toEqual(['api-course'])
  })
})

describe('Study', () => {
  const course = buildCourse({
    courseId: 'grpc',
    title: 'Learning gRPC',
    description: 'Streams have flow control. A deadline stops the work! Can streams be cancelled?\nThey can.',
  })
  beforeEach(() => lab.client.createCourse(course))

  test.each([
    ['Tell me about STREAMS', ['Streams have flow control.', 'Can streams be cancelled?']],
    ['grpc?', ['Learning gRPC']],
    ['42', ['']],
  ])('answers "%s" with the sentences that speak of it', async (question, texts) => {
    const answers = await collect(lab.client.study([{ courseId: 'grpc', question }]))
    expect(answers).toEqual(
      texts.map((text, i) => ({
        questionNumber: 1,
        answerNumber: i + 1,
        text,
        last: i === texts.length - 1,
      })),
    )
  })

  test('answers in the order of the questions, though many are in flight', async () => {
    const questions = Array.from({ length: 500 }, (_, i) => ({
      courseId: i % 2 === 0 ? 'grpc' : 'api-course',
      question: 'gRPC, автотесты',
    }))
    const answers = await collect(lab.client.study(questions))
    expect(answers.map(({ questionNumber }) => questionNumber)).toEqual(questions.map((_, i) => i + 1))
    expect(answers.slice(0, 2).map(({ text }) => text)).toEqual(['Learning gRPC', 'Автотесты API'])
  })

  test('is a dialogue: each question may depend on the answer before it', async () => {
    const answered = Promise.withResolvers<string>()
    async function* questions() {
      yield { courseId: 'grpc', question: 'deadline' }
      yield { courseId: 'grpc', question: (await answered.promise).includes('stops') ? 'cancelled' : 'gRPC' }
    }
    const texts: string[] = []
    for await (const { text } of lab.client.study(questions())) {
      texts.push(text)
      answered.resolve(text)
    }
    expect(texts).toEqual(['A deadline stops the work!', 'Can streams be cancelled?'])
  })

  test.each([
    ['an unknown course', { courseId: 'nothing' }, courseError('not_found')],
    ['no course', { courseId: '' }, courseError('invalid_argument', ['course_id'])],
    ['no question', { question: '' }, courseError('invalid_argument', ['question'])],
    ['100,001 characters', { question: 'x'.repeat(100_001) }, courseError('invalid_argument', ['question'])],
  ])('ends at a question with %s, after the answers to those before it', async (_, overrides, error) => {
    const right = { courseId: 'grpc', question: 'gRPC' }
    const texts: string[] = []
    const read = async () => {
      for await (const { text } of lab.client.study([right, { ...right, ...overrides }, right]))
        texts.push(text)
    }
    await expect(read()).rejects.toEqual(error)
    expect(texts).toEqual(['Learning gRPC'])
  })

  test('answers nothing to no question', async () => {
    expect(await collect(lab.client.study([]))).toEqual([])
  })
})
