import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useShopLab } from './support/shop-lab.ts'

/** Debian's Python has grpcio and its tools from packages; another one may be first on the PATH. */
const python = '/usr/bin/python3'
const client = resolve(import.meta.dirname, 'support/client.py')
const hasGrpc = existsSync(python) && (await runToExit(python, ['-c', 'import grpc_tools'])).code === 0
const hasGrpcurl = await runToExit('grpcurl', ['-version']).then(
  ({ code }) => code === 0,
  () => false,
)

const checks = [
  ...['users-as-they-know-it', 'pages', 'rich-errors', 'orders-and-money', 'feed'],
  ...['deadline', 'gzip', 'credentials', 'many-at-once'],
] as const

const lab = useShopLab()
let outcomes: ReadonlyMap<string, string> = new Map()

beforeAll(async () => {
  if (!hasGrpc) return
  const { host, port } = lab.service.address()
  const { stdout } = await runToExit(python, [client, `${host}:${port}`, ...checks], { timeoutMs: 80_000 })
  outcomes = new Map(stdout.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line]))
})

const name = hasGrpc ? 'python3-grpcio' : 'python3-grpcio (skipped: not installed)'

test.runIf(hasGrpc).each(checks)(`${name} gets what the contract says: %s`, (check) => {
  expect(outcomes.get(check)).toBe(`${check}: ok`)
})

const grpcurl = async (...args: string[]) => {
  const { host, port } = lab.service.address()
  return runToExit('grpcurl', ['-plaintext', ...args.slice(0, -1), `${host}:${port}`, ...args.slice(-1)])
}

test.runIf(hasGrpcurl)(`grpcurl${hasGrpcurl ? '' : ' (skipped: not installed)'} needs no proto`, async () => {
  expect((await grpcurl('list')).stdout).toMatch(/^shop\.v1\.ShopService$/m)
  const { stdout } = await grpcurl('-d', '{"id": 302}', 'shop.v1.ShopService/GetProduct')
  expect(JSON.parse(stdout)).toEqual({
    ...{ id: '302', name: 'Mouse' },
    price: { currencyCode: 'EUR', units: '25', nanos: 500_000_000 },
  })
  const wrong = await grpcurl('-d', '{"id": "x"}', 'user.UserService/GetUser')
  expect([wrong.code, wrong.stderr]).toEqual([69, expect.stringContaining('Пользователь не найден')])
})
