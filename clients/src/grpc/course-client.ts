import { CourseService, type ImportCoursesResponse } from '@polyservice-lab/contracts/course-grpc'
import { services } from '@polyservice-lab/contracts/services'
import { defaultTimeoutMs } from '../core/call-options.ts'
import type { LabErrorCode } from '../core/lab-error.ts'
import type { GrpcCallOptions as CourseCallOptions, MessageStream } from './grpc-channel.ts'
import { labCode } from './grpc-errors.ts'
import { type ChannelOptions, openChannel } from './open-channel.ts'
import { safeInteger } from './safe-integer.ts'

export interface Course {
  readonly courseId: string
  readonly title: string
  readonly description: string
}

export type { GrpcCallOptions as CourseCallOptions } from './grpc-channel.ts'

export type { ChannelTls as CourseClientTls } from './open-channel.ts'

export type CourseClientOptions = ChannelOptions

export interface CoursePage extends AsyncIterable<Course> {
  /** The token of the next page, once this one was read to its end; undefined after the last page. */
  readonly nextPageToken: string | undefined
}

export interface CourseRefusal {
  /** The position of the course in what was sent, from 0. */
  readonly index: number
  readonly courseId: string
  readonly code: LabErrorCode
  readonly message: string
  /** The fields that are wrong, as the proto names them. */
  readonly fields: readonly string[]
}

export interface CourseImport {
  readonly importedCount: number
  readonly refusedCount: number
  /** The first of the refused; the server tells a limited number. */
  readonly refusals: readonly CourseRefusal[]
}

export interface CourseQuestion {
  readonly courseId: string
  readonly question: string
}

export interface CourseAnswer {
  /** The question that is answered, counted from 1. */
  readonly questionNumber: number
  /** The answer among those to the same question, counted from 1. */
  readonly answerNumber: number
  /** Empty in the only answer to a question that the course says nothing about. */
  readonly text: string
  readonly last: boolean
}

/**
 * A client of courseservice.CourseService. Errors are LabErrors. Calls that stream have no deadline unless
 * `timeoutMs` is given to them or to the client; the others have that of all clients by default. With `retries`, calls
 * wait for a connection, and those that only read are repeated where the server was not available.
 */
export interface CourseClient extends AsyncDisposable {
  getCourse(courseId: string, options?: CourseCallOptions): Promise<Course>
  /** Reads as fast as it is iterated. `pageSize` 0, the default, stands for all. */
  listCourses(
    page?: { readonly pageSize?: number; readonly pageToken?: string },
    options?: CourseCallOptions,
  ): CoursePage
  importCourses(
    courses: AsyncIterable<Course> | Iterable<Course>,
    options?: CourseCallOptions,
  ): Promise<CourseImport>
  study(
    questions: AsyncIterable<CourseQuestion> | Iterable<CourseQuestion>,
    options?: CourseCallOptions,
  ): AsyncIterable<CourseAnswer>
  createCourse(course: Course, options?: CourseCallOptions): Promise<Course>
  /** `fields` are the paths of the update mask; without them, the fields that are not empty are changed. */
  updateCourse(
    course: Pick<Course, 'courseId'> & Partial<Course>,
    fields?: readonly string[],
    options?: CourseCallOptions,
  ): Promise<Course>
  deleteCourse(courseId: string, options?: CourseCallOptions): Promise<void>
}

/**
 * Makes a client; it connects when it is first used, and holds the connection until it is disposed.
 * @example
 * await using courses = createCourseClient()
 * for await (const { title } of courses.listCourses()) console.log(title)
 */
export function createCourseClient(options: CourseClientOptions = {}): CourseClient {
  const { getCourse, listCourses, importCourses, study, createCourse, updateCourse, deleteCourse } =
    CourseService.method
  const channel = openChannel(options, services['course-grpc'].port, [getCourse, listCourses])
  const bounded = (call: CourseCallOptions = {}): CourseCallOptions => ({
    ...call,
    timeoutMs: call.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs,
  })

  return {
    async getCourse(courseId, call) {
      return toCourse(await channel.unary(getCourse, { courseId }, bounded(call)))
    },
    listCourses({ pageSize = 0, pageToken = '' } = {}, call = {}) {
      const stream = channel.serverStream(listCourses, { pageSize, pageToken }, call)
      return {
        [Symbol.asyncIterator]: () => map(stream, toCourse),
        get nextPageToken() {
          return stream.trailer('next-page-token')
        },
      }
    },
    async importCourses(courses, call = {}) {
      return toImport(await channel.clientStream(importCourses, courses, call))
    },
    study: (questions, call = {}) => ({
      [Symbol.asyncIterator]: () =>
        map(
          channel.bidiStream(study, questions, call),
          ({ questionNumber, answerNumber, text, last }): CourseAnswer => ({
            questionNumber: safeInteger(questionNumber),
            answerNumber,
            text,
            last,
          }),
        ),
    }),
    async createCourse(course, call) {
      return toCourse(await channel.unary(createCourse, { course }, bounded(call)))
    },
    async updateCourse(course, fields = [], call) {
      const request = { course, updateMask: { paths: [...fields] } }
      return toCourse(await channel.unary(updateCourse, request, bounded(call)))
    },
    async deleteCourse(courseId, call) {
      await channel.unary(deleteCourse, { courseId }, bounded(call))
    },
    [Symbol.asyncDispose]: async () => channel[Symbol.dispose](),
  }
}

async function* map<A, B>(stream: MessageStream<A>, convert: (message: A) => B): AsyncGenerator<B> {
  for await (const message of stream) yield convert(message)
}

function toCourse({ courseId, title, description }: Course): Course {
  return { courseId, title, description }
}

function toImport({ importedCount, refusedCount, refusals }: ImportCoursesResponse): CourseImport {
  return {
    importedCount: safeInteger(importedCount),
    refusedCount: safeInteger(refusedCount),
    refusals: refusals.map(({ index, courseId, code, message, fields }) => ({
      index: safeInteger(index),
      courseId,
      code: labCode(code),
      message,
      fields,
    })),
  }
}
