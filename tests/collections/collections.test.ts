import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'
import { type Answers, readHttpFile, sendFileRequest } from './support/http-file.ts'

const names = ['users-api', 'shop-rest', 'shop-soap'] as const
const lab = useLab(names)
const base = (name: (typeof names)[number]) => {
  const { host, port } = lab.service(name).address()
  return `http://${host}:${port}`
}

test('newman runs every request of the Postman collection, and every test in it passes', async () => {
  const file = join(repositoryRoot, 'collections/postman/polyservice-lab.postman_collection.json')
  const addresses = Object.entries({
    usersApi: 'users-api',
    shopRest: 'shop-rest',
    shopSoap: 'shop-soap',
  } as const)
  const variables = addresses.flatMap(([variable, name]) => ['--env-var', `${variable}=${base(name)}`])
  const newman = fileURLToPath(import.meta.resolve('newman/bin/newman.js'))
  const { code, stdout } = await runToExit(
    process.execPath,
    [newman, 'run', file, '--color', 'off', ...variables],
    {
      timeoutMs: 120_000,
    },
  )
  expect(stdout).toMatch(/assertions │ +40 │ +0 │/)
  expect(code).toBe(0)
}, 150_000)

describe.each(names)('collections/http/%s.http', (name) => {
  const requests = readHttpFile(readFileSync(join(repositoryRoot, `collections/http/${name}.http`), 'utf8'))
  const answers: Answers = new Map()

  test.each(requests)('$title', async (request) => {
    expect((await sendFileRequest(request, base(name), answers)).status).toBe(request.status)
  })
})
