import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-jsonrpc'])

test('answers every recorded request as the contract has it', async () => {
  const service = lab.service('shop-jsonrpc')
  const ports = ['--jsonrpc', String(service.address().port), '--admin', new URL(service.adminUrl()).port]
  const replay = join(repositoryRoot, 'contracts/shop/replay')
  const { code, stdout } = await runToExit('python3', [replay, '--style', 'jsonrpc', ...ports])
  expect(stdout).toBe('27 passed, 0 failed, 0 skipped\n')
  expect(code).toBe(0)
})
