// Holds the rules of rules.ts against every TypeScript file of the repository. Exit 1 names what breaks them.
//   main.ts [ROOT]    (default: this repository)
import { existsSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { folders, rules } from './rules.ts'

// TypeScript 7 has no API to parse with, so dependency-cruiser gets the TypeScript 6 of this package.
const { resolve: resolveHere } = createRequire(import.meta.url)
const typescript = {
  typescript: resolveHere('typescript'),
  'typescript/package.json': resolveHere('typescript/package.json'),
}
registerHooks({
  resolve: (specifier, context, next) =>
    next(typescript[specifier as keyof typeof typescript] ?? specifier, context),
})
const { cruise } = await import('dependency-cruiser')

const baseDir = resolve(process.argv[2] ?? `${import.meta.dirname}/../..`)
const { output, exitCode } = await cruise(
  folders.filter((folder) => existsSync(join(baseDir, folder))),
  {
    baseDir,
    ruleSet: { forbidden: [...rules] },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: 'node_modules',
    exclude: '(^|/)node_modules/.*\\.d\\.ts$|^contracts/gen/',
    outputType: 'err',
  },
  { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
)
process.stdout.write(`${output}`)
process.exitCode = exitCode
