// Writes docs/style-costs.md: how many lines each style of the shop takes, by what the lines are for.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface Style {
  readonly name: string
  /** Paths of its own, as `git ls-files` takes them. */
  readonly server: readonly string[]
  readonly client: readonly string[]
  readonly tests: readonly string[]
  readonly contract: readonly string[]
}

const root = resolve(import.meta.dirname, '..')

const styles: readonly Style[] = [
  style('REST, two versions', 'rest', [], ['contracts/shop/rest.md', 'contracts/shop/schemas.ts']),
  style(
    'GraphQL',
    'graphql',
    ['service-kit/src/graphql'],
    ['contracts/shop/graphql.md', 'contracts/shop/shop.graphql'],
  ),
  style(
    'gRPC, two services',
    'grpc',
    [],
    ['contracts/shop/grpc.md', 'contracts/shop/grpc.ts', 'contracts/shop/proto'],
  ),
  style(
    'SOAP, two versions',
    'soap',
    [],
    ['contracts/shop/soap.md', 'contracts/shop/shop.wsdl', 'contracts/shop/soap'],
  ),
  style('JSON-RPC', 'jsonrpc', [], ['contracts/shop/json-rpc.md', 'contracts/shop/json-rpc.ts']),
  style('live feed, four means', 'live', [], ['contracts/shop/live.md', 'contracts/shop/live.ts']),
]

const rows = styles.map(({ name, server, client, tests, contract }) => {
  const counts = [server, client, tests, contract].map(linesOf)
  return `| ${name} | ${counts.join(' | ')} |`
})
const shared = linesOf(['shop/index.ts', 'shop/src'])

writeFileSync(
  resolve(root, 'docs/style-costs.md'),
  `# What a style costs

Lines of each style of the shop that no other style needs, counted by scripts/style-costs.ts. Beneath all of them lie ${shared} lines
of shop/: the rules, the store and the feed, with no protocol in them.

| style | server | client | tests | contract |
|---|---|---|---|---|
${rows.join('\n')}

The server of GraphQL has its room of the kit counted with it, because one service uses the room. The server of REST has the pages and
the OpenAPI document in it, and SOAP has its WSDL in the contract. A page for people is counted where it stands.
`,
)

function style(name: string, key: string, room: readonly string[], contract: readonly string[]): Style {
  return {
    name,
    server: [`services/shop-${key}/src`, ...room],
    client: [`clients/src/shop/${key}*`],
    tests: [`tests/shop-${key}`],
    contract,
  }
}

/** Lines of files under version control, without what is generated; those of tests count only where tests are asked for. */
function linesOf(paths: readonly string[]): number {
  const files = execFileSync('git', ['ls-files', '--', ...paths], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
  return files
    .filter((file) => file !== '' && !file.includes('/gen/') && !/\.jsonl?$/.test(file))
    .filter((file) => file.startsWith('tests/') || !file.endsWith('.test.ts'))
    .reduce((sum, file) => sum + readFileSync(resolve(root, file), 'utf8').split('\n').length - 1, 0)
}
