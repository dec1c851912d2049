import { describe, expect, test } from 'vitest'
import { createApiClient } from './api-client.ts'
import { createExercisesClient } from './exercises-client.ts'

const circular: { self?: unknown } = {}
circular.self = circular

describe('a request that HTTP cannot send is invalid_argument, without a byte sent', () => {
  // Nobody listens there: what is sent is unavailable.
  const api = createApiClient({ port: 2, retries: {} })

  test.each<[name: string, run: () => Promise<unknown>]>([
    ['a GET with a body', () => api.get('/', { json: {} })],
    ['a method that is none', () => api.request('GE T', '/')],
    ['a method that fetch refuses', () => api.request('TRACE', '/')],
    ['a header with a line break', () => api.get('/', { headers: { a: 'b\r\nc' } })],
    ['JSON in a circle', () => api.post('/', { json: circular })],
    ['a bigint as JSON', () => api.post('/', { json: 1n })],
    ['a path with a lone surrogate', () => api.get('/\ud800')],
  ])('%s', async (_name, run) => {
    await expect(run()).rejects.toMatchObject({
      name: 'LabError',
      code: 'invalid_argument',
      message: expect.stringMatching(/^the request cannot be sent: /),
    })
  })

  test.each(['.', '..', '\ud800'])('the id %j', async (id) => {
    const exercises = createExercisesClient({ port: 2 })
    await expect(exercises.getExercise(id)).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('a port that fetch refuses', async () => {
    const other = createApiClient({ port: 6000, retries: {} })
    await expect(other.get('/')).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
