import { createFilesClient } from '@polyservice-lab/clients'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createCourse, createPerson, type Person } from './support/people.ts'

const lab = useLab(['users-api'])
let person: Person

beforeAll(async () => {
  person = await createPerson(lab.service('users-api'))
})

async function download(url: string): Promise<[status: number, text: string]> {
  const response = await fetch(url)
  return [response.status, await response.text()]
}

/** Stores a file under the name, and fetches what its URL leads to. */
async function roundTrip(directory: string, filename: string): Promise<[status: number, text: string]> {
  const bytes = JSON.stringify([directory, filename])
  return download((await person.files.createFile({ directory, filename, bytes })).url)
}

const names = [
  '100%-done.txt',
  '%41.txt',
  '%%41',
  '%2e%2e',
  '%2F',
  '..\\..\\x',
  'tab\there',
  'line\nhere',
  ' blanks ',
  '.hidden',
  '...',
  'a b',
  "a&b=c+d[1]'(2)-;.txt",
  '{}|^`"<>',
  '\u0444\u0430\u0439\u043b',
  '\u{1f600}',
  '\u0085\u00a0\ufeff',
]

describe("a file's URL leads to the file", () => {
  test.each(names)('named %j', async (name) => {
    expect(await roundTrip('names', name)).toEqual([200, expect.stringContaining('"names"')])
    expect(await roundTrip(`${name}/below`, 'a')).toEqual([200, expect.stringContaining('/below')])
  })

  test('whatever its name, but for ? and #', async () => {
    const segment = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((text) => text.toWellFormed().replace(/[/?#\0]/g, '%'))
      .filter((text) => text !== '.' && text !== '..')
    const property = fc.asyncProperty(segment, segment, async (directory, filename) => {
      const [status, text] = await roundTrip(directory, filename)
      expect([status, text]).toEqual([200, JSON.stringify([directory, filename])])
    })
    await fc.assert(property, { numRuns: 150 })
  })
})

describe('where APP_HOST is not set, it begins with the host that the client spoke to', () => {
  test('so that what a client uploads it can fetch', async () => {
    const { host, port } = await lab.service('users-api').address()
    const file = await person.files.createFile({ directory: 'hosts', filename: 'a', bytes: 'bytes' })
    expect(file.url).toBe(`http://${host}:${port}/static/hosts/a`)
    expect(await download(file.url)).toEqual([200, 'bytes'])
  })

  test('another one for a client that calls it otherwise, in courses too', async () => {
    const { port } = await lab.service('users-api').address()
    const { id, previewFile } = await createCourse(person)
    const other = createFilesClient({ host: 'localhost', port, token: person.tokens.accessToken })
    expect((await other.getFile(previewFile.id)).url).toMatch(`http://localhost:${port}/`)
    expect((await person.courses.getCourse(id)).previewFile.url).toMatch(`http://127.0.0.1:${port}/`)
  })
})
