import { getCourseWorkload, importDescriptions, listCoursesWorkload } from '../fixtures/course-grpc.ts'
import { httpWorkload } from '../fixtures/http-request.ts'
import { appendMessages, readWorkload } from '../fixtures/tcp-history.ts'
import { startUsersApi } from '../fixtures/users-api.ts'
import { echoWorkload, startEcho } from '../fixtures/ws-echo.ts'
import type { Workload } from '../load/workload.ts'
import { type ComparisonOptions, comparison } from '../measure/comparison.ts'
import type { ProfileName } from '../profiles.ts'
import type { Case, Protocol } from '../scenario.ts'
import type { FloorName } from '../servers/floor.ts'
import { startService } from '../servers/service.ts'

/** The same work, as one protocol does it. */
interface Way {
  readonly operation: string
  readonly subject: ComparisonOptions['subject']
}

export type Ways = Readonly<Partial<Record<Exclude<Protocol, 'container'>, Way>>>

const floors: Readonly<Record<keyof Ways, FloorName>> = {
  REST: 'http',
  gRPC: 'http2',
  TCP: 'net',
  WebSocket: 'net',
}

/** How the operations are made: how many at a time, and over which connections. */
export interface Manner {
  readonly concurrency: number
  readonly connection?: 'kept' | 'per call'
  /** Calls of a round in place of its time: where one takes long. */
  readonly calls?: number
  readonly profile: ProfileName
  readonly name: string
  readonly parameters?: Readonly<Record<string, string | number>>
}

/** One case for each protocol, alike but for the protocol. */
export function eachProtocol(ways: Ways, manner: Manner): Case[] {
  const { concurrency, connection = 'kept', calls, profile, name } = manner
  return (Object.entries(ways) as [keyof Ways, Way][]).map(([protocol, { operation, subject }]) =>
    comparison({
      name: `${name}, ${concurrency} at a time`,
      protocol,
      operation,
      parameters: { ...manner.parameters, concurrency, connection },
      profile,
      subject: async () => {
        const { server, workload } = await subject()
        return { server, workload: connection === 'kept' ? workload : perCall(workload) }
      },
      floor: floors[protocol],
      // HTTP/2 has many streams on a connection; the others need one for each operation in flight.
      concurrency:
        protocol === 'gRPC' ? { connections: 1, streams: concurrency } : { connections: concurrency },
      ...(calls === undefined ? {} : { batch: { calls, count: 1 } }),
      latencyAt: 0.5,
      roundsMax: 3,
    }),
  )
}

function perCall(workload: Workload): Workload {
  if (workload.kind === 'raw' && workload.http !== undefined)
    return httpWorkload(workload.http, { perCall: true })
  return { ...workload, perCall: true }
}

const utf8Bytes32KiB = '🎓'.repeat(8192)

/** Gets one record with so many bytes of text. */
export function getRecord(text: string): Ways {
  const bytes = Buffer.byteLength(text)
  const large = bytes > 40_000
  return {
    REST: {
      operation: `GET /courses/{id}, ${bytes} bytes of text in it`,
      subject: async () => {
        const lab = await startUsersApi()
        const id = await lab.createCourse(text)
        return { server: lab.server, workload: httpWorkload(lab.get(`/courses/${id}`)) }
      },
    },
    gRPC: {
      operation: large
        ? 'ListCourses of two courses, 32 KiB of text in each, which is near the most that one may have'
        : `GetCourse, ${bytes} bytes of text in it`,
      subject: async () => {
        const server = await startService('course-grpc')
        await importDescriptions(server, large ? [utf8Bytes32KiB, utf8Bytes32KiB] : [text])
        return { server, workload: large ? listCoursesWorkload(2) : getCourseWorkload('00000000') }
      },
    },
    TCP: {
      operation: `READ of one message, ${bytes} bytes`,
      subject: async () => {
        const server = await startService('tcp-history')
        await appendMessages(server, 1, text)
        return { server, workload: readWorkload(1) }
      },
    },
    WebSocket: {
      operation: `a message of ${bytes} bytes, which comes back five times`,
      subject: async () => ({ server: await startEcho(), workload: echoWorkload(text) }),
    },
  }
}

const sentence = 'Name the four call kinds of gRPC'

/** Gets so many small items with one request. */
export function getItems(count: number): Ways {
  return {
    REST: {
      operation: `GET /exercises of a course that has ${count}`,
      subject: async () => {
        const lab = await startUsersApi()
        const courseId = await lab.createCourse(sentence)
        await lab.createExercise(courseId)
        lab.copyRows('exercises', count - 1)
        return { server: lab.server, workload: httpWorkload(lab.get(`/exercises?courseId=${courseId}`)) }
      },
    },
    gRPC: {
      operation: `ListCourses, a stream of ${count}`,
      subject: async () => {
        const server = await startService('course-grpc')
        await importDescriptions(server, Array(count).fill(sentence))
        return { server, workload: listCoursesWorkload(count) }
      },
    },
    TCP: {
      operation: `READ of ${count} messages`,
      subject: async () => {
        const server = await startService('tcp-history')
        await appendMessages(server, count, sentence)
        return { server, workload: readWorkload(count) }
      },
    },
    WebSocket: {
      operation: `${count / 5} messages, sent together, and their ${count} replies`,
      subject: async () => {
        const one = echoWorkload(sentence)
        const request = Buffer.concat(Array(count / 5).fill(one.request))
        const { isGood: _, ...workload } = one
        return { server: await startEcho(), workload: { ...workload, request } }
      },
    },
  }
}
