import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-rest'])

test('answers every recorded request as the contract has it', async () => {
  const service = lab.service('shop-rest')
  const ports = ['--rest', String(service.address().port), '--admin', new URL(service.adminUrl()).port]
  const replay = join(repositoryRoot, 'contracts/shop/replay')
  const { code, stdout } = await runToExit('python3', [replay, '--style', 'rest', ...ports])
  expect(stdout).toBe('67 passed, 0 failed, 0 skipped\n')
  expect(code).toBe(0)
})
