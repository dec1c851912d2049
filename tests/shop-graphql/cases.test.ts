import { join } from 'node:path'
import { auditServer } from 'graphql-http'
import { expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-graphql'])

test('answers every recorded request as the contract has it', async () => {
  const service = lab.service('shop-graphql')
  const ports = ['--graphql', String(service.address().port), '--admin', new URL(service.adminUrl()).port]
  const replay = join(repositoryRoot, 'contracts/shop/replay')
  const { code, stdout } = await runToExit('python3', [replay, '--style', 'graphql', ...ports])
  expect(stdout).toBe('20 passed, 0 failed, 0 skipped\n')
  expect(code).toBe(0)
})

test('the audit of graphql-http finds no error and no warning', async () => {
  const { host, port } = lab.service('shop-graphql').address()
  const results = await auditServer({ url: `http://${host}:${port}/graphql` })
  expect(results.length).toBeGreaterThan(60)
  const found = results.filter(({ status }) => status !== 'ok' && status !== 'notice')
  expect(found.map(({ name }) => name)).toEqual([])
})
