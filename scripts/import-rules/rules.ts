import type { IRegularForbiddenRuleType } from 'dependency-cruiser'

/** The folders whose modules are held to the rules. */
export const folders = [
  'contracts',
  'service-kit',
  'shop',
  'charging',
  'services',
  'clients',
  'testcontainers',
  'bench',
  'experiments',
  'tests',
  'scripts',
] as const

const ours = `^(${folders.join('|')})/`
const unitTest = '\\.test\\.ts$'
/** A service, or a domain that several services speak; `$1` of the path is its folder. */
const withRooms = '^(services/[^/]+|shop|charging)/src'
const protocols =
  '(^|/)node_modules/(express|ws|socket\\.io|@grpc|amqplib)/|^(net|http|http2|https|tls|dgram)$'
const databases = '(^|/)node_modules/(kysely|pg|redis)/|^sqlite$'

/** Refuses what modules in `from` import of ours, but for what `mayImport` matches. */
function room(
  name: string,
  from: string,
  mayImport: readonly string[],
  comment: string,
): IRegularForbiddenRuleType {
  return rule(name, comment, { path: from }, { path: ours, pathNot: [...mayImport] })
}

function rule(
  name: string,
  comment: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType {
  return { name, comment, severity: 'error', from, to }
}

/** Who may not import whom: paths of the repository, `node_modules/...`, or a module of Node without `node:`. */
export const rules: readonly IRegularForbiddenRuleType[] = [
  rule(
    'no-circle',
    'Two modules do not need each other.',
    {},
    { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  ),
  rule('found', 'What is imported is there.', {}, { couldNotResolve: true }),
  rule(
    'packages-by-name',
    'Another package is imported by its name, so that only its exports are.',
    {
      path: '^(contracts|service-kit|shop|charging|services/[^/]+|clients|testcontainers|bench|experiments|tests)/',
    },
    { path: ours, pathNot: '^$1/', dependencyTypes: ['local'] },
  ),

  room('contracts', '^contracts/', ['^contracts/'], 'Contracts import themselves and libraries.'),
  room(
    'kit',
    '^service-kit/',
    ['^service-kit/', '^contracts/'],
    'The kit imports itself, contracts, libraries.',
  ),
  room(
    'shop',
    '^shop/',
    ['^shop/', '^contracts/', '^service-kit/'],
    'The shop imports itself, contracts, the kit.',
  ),
  room(
    'charging',
    '^charging/',
    ['^charging/', '^contracts/', '^service-kit/'],
    'What charges imports itself, contracts, the kit.',
  ),
  room(
    'service',
    '^(services/[^/]+)/',
    ['^$1/', '^contracts/', '^service-kit/', '^shop/', '^charging/'],
    'A service imports itself, contracts, the kit, the shop, what charges; never another service.',
  ),
  room('clients', '^clients/', ['^clients/', '^contracts/'], 'Clients import themselves and contracts.'),
  room(
    'testcontainers',
    '^testcontainers/',
    ['^testcontainers/', '^clients/', '^contracts/'],
    'Testcontainers import themselves, clients, contracts.',
  ),
  room(
    'outside',
    '^(bench|experiments)/',
    ['^$1/', '^clients/', '^contracts/', '^testcontainers/'],
    'Bench and experiments see services from outside: by clients, contracts, testcontainers.',
  ),
  room(
    'tests',
    '^tests/',
    ['^(tests|clients|contracts|testcontainers|bench|experiments|scripts)/'],
    'Black-box tests import no service and no kit.',
  ),
  room(
    'scripts',
    '^scripts/',
    ['^(scripts|clients|contracts)/', '^service-kit/src/index\\.ts$', '^tests/styles/operations\\.ts$'],
    'Scripts import clients, contracts, of the kit its index, and of the tests the table that they write down.',
  ),

  rule(
    'domain',
    'A domain imports itself, app-error and the error codes: no protocol, no database, no file, process or clock.',
    { path: `${withRooms}/domain/`, pathNot: unitTest },
    {
      pathNot: [
        '^$1/src/domain/',
        '^(shop|charging)/src/domain/',
        '^service-kit/src/app-error\\.ts$',
        '^contracts/errors/',
        '^buffer$',
      ],
    },
  ),
  rule(
    'store',
    'A store imports itself, its domain, contracts and the kit.',
    { path: `${withRooms}/store/`, pathNot: unitTest },
    { path: withRooms, pathNot: ['^$1/src/(store|domain)/', '^shop/src/(store|domain)/'] },
  ),
  rule(
    'store-without-protocol',
    'A store knows no protocol.',
    { path: `${withRooms}/store/`, pathNot: unitTest },
    { path: protocols },
  ),
  rule(
    'edge',
    'An edge imports itself, the domain and the config.',
    { path: `${withRooms}/(edge|messaging)/`, pathNot: unitTest },
    {
      path: withRooms,
      pathNot: ['^$1/src/(edge|messaging|domain)/', '^$1/src/config\\.ts$', '^(shop|charging)/src/domain/'],
    },
  ),
  rule(
    'edge-without-database',
    'An edge knows no database.',
    { path: `${withRooms}/(edge|messaging)/`, pathNot: unitTest },
    { path: databases },
  ),
  rule(
    'service-without-socket',
    'service.ts opens no socket: the edge does.',
    { path: `${withRooms}/service\\.ts$` },
    { path: protocols },
  ),
  rule(
    'main',
    'A main decides nothing: it imports config, service and the kit.',
    { path: `${withRooms}/main\\.ts$` },
    { pathNot: ['^$1/src/(config|service)\\.ts$', '^service-kit/'] },
  ),
]
