import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { useShop } from './support/shop.ts'

const shop = useShop()

test('answers every recorded request as the contract has it, after those that shop-rest has answered', async () => {
  const { port } = shop.restContainer.address()
  const services = ['--rest', String(port), '--live', String(shop.live().address().port)]
  const admin = ['--admin', new URL(shop.live().adminUrl()).port]
  const replay = join(repositoryRoot, 'contracts/shop/replay')
  const styles = ['--style', 'rest', '--style', 'live']
  const { code, stdout } = await runToExit('python3', [replay, ...styles, ...services, ...admin])
  expect(stdout).toBe('78 passed, 0 failed, 0 skipped\n')
  expect(code).toBe(0)
})
