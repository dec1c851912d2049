import { type CourseClient, createCourseClient, LabError } from '@polyservice-lab/clients'
import { beforeAll, beforeEach, expect } from 'vitest'
import { type RunningService, until, useLab } from '../../support/lab.ts'

export interface CourseLab {
  readonly client: CourseClient
  readonly service: RunningService
  /** Resolves when the server works on nothing any more. */
  idle(): Promise<void>
  /** How many calls of a method have ended so. */
  outcomes(method: string, outcome: string): Promise<number>
}

/** A course-grpc of its own for a test file, reset before each test, with a client. */
export function useCourseLab(env?: Record<string, string>): CourseLab {
  const lab = useLab(['course-grpc'], env)
  let client: CourseClient | undefined
  beforeAll(async () => {
    client = createCourseClient(await lab.service('course-grpc').address())
    return () => client?.[Symbol.asyncDispose]()
  })
  beforeEach(() => lab.service('course-grpc').reset())
  return {
    get client() {
      if (client === undefined) throw new Error('the client is there inside of tests only')
      return client
    },
    get service() {
      return lab.service('course-grpc')
    },
    idle: () =>
      until(
        async () => (await lab.service('course-grpc').metric('lab_requests_in_flight')) === 0,
        'no call is in flight',
      ),
    async outcomes(method, outcome) {
      const adminUrl = lab.service('course-grpc').adminUrl()
      const text = await fetch(`${adminUrl}/metrics`).then((response) => response.text())
      const line = text.split('\n').find((line) => line.includes(`/${method}",outcome="${outcome}"`))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
  }
}

/** A LabError of the server, with its request id and violations of these fields. */
export function courseError(code: string, fields: readonly string[] = []): unknown {
  return expect.objectContaining({
    name: LabError.name,
    code,
    requestId: expect.any(String),
    violations: fields.map((field) => ({ field, description: expect.any(String) })),
  })
}
