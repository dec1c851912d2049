import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

const lab = useLab(['shop-soap'])

test('answers every recorded request as the contract has it', async () => {
  const service = lab.service('shop-soap')
  const ports = ['--soap', String(service.address().port), '--admin', new URL(service.adminUrl()).port]
  const replay = join(repositoryRoot, 'contracts/shop/replay')
  const { code, stdout } = await runToExit('python3', [replay, '--style', 'soap', ...ports])
  expect(stdout).toBe('19 passed, 0 failed, 0 skipped\n')
  expect(code).toBe(0)
})
