import { expect, test } from 'vitest'
import { answerOf, answers } from './answers.ts'
import type { ApiResponse } from './api-response.ts'

const id = '5f0c1a8e-5c7c-4c53-8a0b-0a5f0c1a8e5c'
const user = { id, email: 'ada@example.com', lastName: 'Lovelace', firstName: 'Ada', middleName: 'King' }

function answer(body: unknown, status = 200): Promise<ApiResponse> {
  const headers = new Headers({ 'x-request-id': 'one' })
  return Promise.resolve({ status, headers, bytes: new Uint8Array(), body })
}

test('gives the body of an answer of the contract, and lets what it does not know pass', async () => {
  const body = { user: { ...user, nickname: 'the enchantress of numbers' } }
  expect(await answerOf(answer(body), answers.user)).toBe(body)
})

test.for<[name: string, body: unknown, violations: object[]]>([
  ['no object', 'user', [{ field: '', description: 'Invalid input: expected object, received string' }]],
  [
    'no user in it',
    {},
    [{ field: 'user', description: 'Invalid input: expected object, received undefined' }],
  ],
  [
    'fields of wrong types',
    { user: { ...user, id: '1', email: null } },
    [
      { field: 'user.id', description: 'Invalid UUID' },
      { field: 'user.email', description: 'Invalid input: expected string, received null' },
    ],
  ],
])('refuses an answer that is not of the contract: %s', async ([, body, violations]) => {
  await expect(answerOf(answer(body), answers.user)).rejects.toMatchObject({
    code: 'protocol_error',
    status: 200,
    requestId: 'one',
    violations,
  })
})

test('names the place of a fault in a list', async () => {
  const course = { id, title: 'a', description: 'b', maxScore: 1.5, minScore: null, estimatedTime: null }
  const file = { id, filename: 'a', directory: 'b', url: 'c' }
  const courses = [{ ...course, previewFile: file, createdByUser: user }]
  await expect(answerOf(answer({ courses }), answers.courses)).rejects.toMatchObject({
    message: 'the answer is not of the contract: courses.0.maxScore: Invalid input: expected an integer',
  })
})

test('is the error of the answer where that is no success', async () => {
  await expect(answerOf(answer({ detail: 'User not found' }, 404), answers.user)).rejects.toMatchObject({
    code: 'not_found',
    status: 404,
  })
})
