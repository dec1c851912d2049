import { posix } from 'node:path'

/** One room of the repository: which files are in it, and what they may import. */
interface Rule {
  readonly room: string
  readonly files: RegExp
  /** What an import resolves to: a path of the repository, a package, or `node:…`. */
  readonly allows: (target: string, file: string) => boolean
}

const kit = (target: string) => /^@polyservice-lab\/service-kit(\/|$)/.test(target)
const contracts = (target: string) => /^@polyservice-lab\/contracts\//.test(target)
const ours = (target: string) => target.startsWith('@polyservice-lab/')
const library = (target: string) => !ours(target) && !target.includes('/src/') && !target.startsWith('.')
const under =
  (...rooms: string[]) =>
  (target: string, file: string) => {
    const service = /^services\/[^/]+\/src\//.exec(file)?.[0]
    return service !== undefined && rooms.some((room) => target.startsWith(service + room))
  }

/** Who may import whom. The first rule whose room a file is in decides; a file in no room is free. */
const rules: readonly Rule[] = [
  {
    room: 'tests: clients, contracts and libraries, never a service or the kit',
    files: /^tests\//,
    allows: (target) => !/^services\/|^service-kit\//.test(target) && !kit(target) && !isService(target),
  },
  {
    room: 'experiments: themselves, testcontainers, clients, contracts and libraries',
    files: /^experiments\//,
    allows: (target, file) =>
      samePackage(target, file) ||
      contracts(target) ||
      /^@polyservice-lab\/(clients|testcontainers)(\/|$)/.test(target) ||
      library(target),
  },
  {
    room: 'unit tests: anything of their own package',
    files: /\.test\.ts$/,
    allows: (target, file) =>
      samePackage(target, file) || library(target) || contracts(target) || kit(target),
  },
  {
    room: 'domain: itself, app-error, the error codes and pure functions on bytes; no protocol, file, process or clock',
    files: /^services\/[^/]+\/src\/domain\//,
    allows: (target, file) =>
      under('domain/')(target, file) ||
      target === '@polyservice-lab/service-kit/app-error' ||
      target === '@polyservice-lab/contracts/errors' ||
      target === 'node:buffer',
  },
  {
    room: 'store: itself, domain, the kit and libraries of storage',
    files: /^services\/[^/]+\/src\/store\//,
    allows: (target, file) =>
      under('store/', 'domain/')(target, file) ||
      kit(target) ||
      (library(target) && !/^(express|ws|@grpc\/.*|node:(net|http|http2|tls))$/.test(target)),
  },
  {
    room: 'edge: itself, domain, the type of the config, contracts, the kit and libraries of its protocol',
    files: /^services\/[^/]+\/src\/edge\//,
    allows: (target, file) =>
      under('edge/', 'domain/', 'config.ts')(target, file) ||
      contracts(target) ||
      kit(target) ||
      (library(target) && !/^(kysely|node:sqlite)$/.test(target)),
  },
  {
    room: 'main: config, service and the kit',
    files: /^services\/[^/]+\/src\/main\.ts$/,
    allows: (target, file) => under('config.ts', 'service.ts')(target, file) || kit(target),
  },
  {
    room: 'a service: its own files, contracts, the kit and libraries',
    files: /^services\//,
    allows: (target, file) =>
      samePackage(target, file) || contracts(target) || kit(target) || library(target),
  },
  {
    room: 'the kit: itself, contracts and libraries',
    files: /^service-kit\//,
    allows: (target, file) => samePackage(target, file) || contracts(target) || library(target),
  },
  {
    room: 'clients: themselves, contracts and libraries',
    files: /^clients\//,
    allows: (target, file) => samePackage(target, file) || contracts(target) || library(target),
  },
  {
    room: 'testcontainers: themselves, clients, contracts and libraries',
    files: /^testcontainers\//,
    allows: (target, file) =>
      samePackage(target, file) ||
      contracts(target) ||
      target === '@polyservice-lab/clients' ||
      library(target),
  },
  {
    room: 'contracts: themselves and libraries',
    files: /^contracts\//,
    allows: (target, file) => samePackage(target, file) || !ours(target),
  },
]

function isService(target: string): boolean {
  return /^@polyservice-lab\/(course-grpc|tcp-history|ws-echo|users-api)(\/|$)/.test(target)
}

function samePackage(target: string, file: string): boolean {
  const root = /^services\/[^/]+\/|^[^/]+\//.exec(file)?.[0] ?? ''
  return target.startsWith(root)
}

/** Import specifiers of a module, static, dynamic and re-exported. Comments and strings are not told apart. */
export function importsOf(source: string): string[] {
  const patterns = [
    /^\s*import\s+['"]([^'"]+)['"]/gm,
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s+['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
  ]
  return patterns.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''))
}

/**
 * What a file imports and may not: one sentence each.
 * @param file path from the root of the repository, with slashes
 */
export function importFaults(file: string, source: string): string[] {
  const rule = rules.find(({ files }) => files.test(file))
  if (!rule) return []
  return importsOf(source)
    .map((specifier) => ({
      specifier,
      target: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
    }))
    .filter(({ target }) => !rule.allows(target, file))
    .map(({ specifier }) => `${file} imports ${specifier} (${rule.room})`)
}
