import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DescMethod, fromBinary, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf'
import { ShopService, UserService } from '@polyservice-lab/contracts/shop/grpc'
import { beforeAll, expect, test } from 'vitest'
import { connectRaw, messageFrame, pathOf, type RawConnection } from '../course-grpc/support/raw-client.ts'
import { repositoryRoot } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

/** The names of google.rpc.Code, by number. */
const statuses = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]

/** A recorded call, messages in the JSON mapping of protobuf. */
interface Case {
  readonly name: string
  readonly style: string
  readonly request: {
    readonly rpc: string
    readonly message: JsonValue
    readonly metadata?: Record<string, string>
  }
  readonly status: string
  readonly text?: string
  readonly messages?: readonly JsonValue[]
  readonly trailers?: Record<string, string>
  readonly fields?: readonly string[]
  readonly reason?: string
}

const lines = readFileSync(join(repositoryRoot, 'contracts/shop/cases.jsonl'), 'utf8').trim().split('\n')
const cases = lines.map((line) => JSON.parse(line) as Case).filter(({ style }) => style === 'grpc')
const methods = new Map<string, DescMethod>(
  [...UserService.methods, ...ShopService.methods].map((method) => [pathOf(method).slice(1), method]),
)

const lab = useLab(['shop-grpc'])
let connection: RawConnection

beforeAll(async () => {
  connection = await connectRaw(lab.service('shop-grpc').address())
  return () => connection[Symbol.asyncDispose]()
})

test('there are recorded calls', () => {
  expect(cases.length).toBe(16)
})

// In their order: later ones build on what earlier ones did.
test.each(cases)('$name', async ({ request, ...expected }) => {
  const method = methods.get(request.rpc)
  if (method === undefined) throw new Error(`there is no ${request.rpc}`)
  const message = messageFrame(method.input, fromJson(method.input, request.message))
  const ended = await connection.call(pathOf(method), message, request.metadata)
  expect(statuses[ended.status]).toBe(expected.status)
  if (expected.text !== undefined) expect(ended.message).toBe(expected.text)
  if (expected.messages !== undefined) {
    const messages = ended.frames.map(({ payload }) =>
      toJson(method.output, fromBinary(method.output, payload), { useProtoFieldName: true }),
    )
    expect(messages).toEqual(matching(expected.messages))
  }
  if (expected.fields !== undefined) expect(ended.details.violations).toEqual(expected.fields)
  if (expected.reason !== undefined) expect(ended.details.reason).toBe(expected.reason)
  expect(ended.trailers).toMatchObject(expected.trailers ?? {})
  if (expected.trailers === undefined) expect(ended.trailers['next-page-token']).toBeUndefined()
})

/** The placeholders of the cases as matchers. */
function matching(value: unknown): unknown {
  if (value === '<any>') return expect.anything()
  if (value === '<int>') return expect.stringMatching(/^\d+$/)
  if (Array.isArray(value)) return value.map(matching)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, matching(member)]))
}
