import { describe, expect, test } from 'vitest'
import { importFaults, importsOf } from './import-rules.ts'

describe('import rules', () => {
  test.each([
    ['a domain that knows a protocol', 'services/a/src/domain/user.ts', 'express'],
    ['a domain that opens files', 'services/a/src/domain/user.ts', 'node:fs'],
    ['a domain that imports its store', 'services/a/src/domain/user.ts', '../store/users.ts'],
    ['a domain that imports the whole kit', 'services/a/src/domain/user.ts', '@polyservice-lab/service-kit'],
    ['a store that speaks a protocol', 'services/a/src/store/users.ts', 'node:http'],
    ['a store that imports the edge', 'services/a/src/store/users.ts', '../edge/routes.ts'],
    ['an edge that knows SQL', 'services/a/src/edge/routes.ts', 'kysely'],
    ['an edge that imports the store', 'services/a/src/edge/routes.ts', '../store/users.ts'],
    ['a main that decides', 'services/a/src/main.ts', './domain/user.ts'],
    ['a service that imports another', 'services/a/src/service.ts', '../../b/src/service.ts'],
    ['a client that imports the kit', 'clients/src/index.ts', '@polyservice-lab/service-kit'],
    ['a test that imports a service', 'tests/a.test.ts', '../services/a/src/service.ts'],
    ['a contract that imports a client', 'contracts/a.ts', '@polyservice-lab/clients'],
  ])('refuse %s', (_name, file, specifier) => {
    expect(importFaults(file, `import { x } from '${specifier}'`)).toHaveLength(1)
  })

  test.each([
    ['a domain that throws', 'services/a/src/domain/user.ts', '@polyservice-lab/service-kit/app-error'],
    ['a store that implements the domain', 'services/a/src/store/users.ts', '../domain/users-store.ts'],
    ['an edge that speaks its protocol', 'services/a/src/edge/routes.ts', 'express'],
    ['a test that uses a client', 'tests/a.test.ts', '@polyservice-lab/clients'],
  ])('allow %s', (_name, file, specifier) => {
    expect(importFaults(file, `import { x } from '${specifier}'`)).toEqual([])
  })

  test('see static, type, multi-line, re-exported, bare and dynamic imports', () => {
    const source = [
      "import a from 'a'",
      "import type { B } from 'b'",
      "import {\n  c,\n  d,\n} from 'c'",
      "export { e } from 'e'",
      "import 'f'",
      "const g = await import('g')",
      "export type NotAnImport = 'x' | 'y'",
    ].join('\n')
    expect(importsOf(source)).toEqual(['f', 'a', 'b', 'c', 'e', 'g'])
  })
})
