import {
  createAuthenticationClient,
  createCourseClient,
  createEchoClient,
  createHistoryClient,
  createPublicUsersClient,
  LabError,
} from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { Address } from './lab.ts'
import type { ServiceName } from './services.ts'

/** What the lifecycle tests know of a service: how to call it, and what must be there afterwards. */
export interface Subject {
  /** Whether an acknowledged item outlives the process. */
  readonly durable: boolean
  /** Variables of this service alone, with values that are wrong. */
  readonly badEnvironment: readonly (readonly [variable: string, value: string])[]
  /** One call that gives the service an item to keep or to answer; rejects with a LabError. */
  call(address: Address, item: string): Promise<unknown>
  /** Those of the items that the service has, in the order in which they were given. */
  kept(address: Address, items: readonly string[]): Promise<readonly string[]>
}

const courseGrpc: Subject = {
  durable: true,
  badEnvironment: [['MESSAGE_BYTES_MAX', 'many']],
  call: async (address, item) => {
    await using client = createCourseClient(address)
    await client.createCourse({ courseId: item, title: 'a course', description: '' })
  },
  kept: async (address, items) => {
    await using client = createCourseClient(address)
    const there = new Set<string>()
    for await (const { courseId } of client.listCourses()) there.add(courseId)
    return items.filter((item) => there.has(item))
  },
}

const tcpHistory: Subject = {
  durable: true,
  badEnvironment: [
    ['MESSAGE_BYTES_MAX', '-1'],
    ['FSYNC', 'sometimes'],
  ],
  call: (address, item) => createHistoryClient(address).send(item),
  kept: async (address, items) => {
    await using session = await createHistoryClient(address).open()
    const there = new Set<string>()
    for await (const { message } of session.read()) there.add(message)
    return items.filter((item) => there.has(item))
  },
}

const wsEcho: Subject = {
  durable: false,
  badEnvironment: [
    ['MESSAGE_BYTES_MAX', '0'],
    ['ORIGINS', 'example.com'],
  ],
  call: (address, item) => createEchoClient(address).echo(item),
  kept: async () => [],
}

const password = createFakers().password()

const usersApi: Subject = {
  durable: true,
  badEnvironment: [
    ['POLICY', 'lax'],
    ['JWT_SECRET_KEY', 'short'],
    ['BODY_BYTES_MAX', '1MB'],
  ],
  call: (address, item) => createPublicUsersClient(address).createUser(account(item)),
  kept: async (address, items) => {
    const authentication = createAuthenticationClient(address)
    const logins = await Promise.all(
      items.map((item) => authentication.login(account(item)).then(...isThere)),
    )
    return items.filter((_item, i) => logins[i])
  },
}

/** A user who is not there cannot log in; every other fault is one of the test. */
const isThere = [
  () => true,
  (error: unknown) => {
    if (error instanceof LabError && error.code === 'unauthenticated') return false
    throw error
  },
] as const

function account(item: string) {
  return { ...createFakers(1).user(), email: `${item}@example.com`, password }
}

export const subjects = {
  'course-grpc': courseGrpc,
  'tcp-history': tcpHistory,
  'ws-echo': wsEcho,
  'users-api': usersApi,
} as const satisfies Record<ServiceName, Subject>
