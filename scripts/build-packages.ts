// Makes what is published: build/<package>/ with compiled modules, their types, a manifest, the README and the license.
// In the repository the packages run from their sources; so a published manifest is made here, and not kept.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'tsdown'
import { unusedTypeImports } from './unused-type-imports.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

const root = resolve(import.meta.dirname, '..')
const target = resolve(process.argv[2] ?? join(root, 'build'))

for (const folder of ['clients', 'testcontainers']) await buildPackage(folder)

async function buildPackage(folder: string): Promise<void> {
  const source = join(root, folder)
  const out = join(target, folder)
  const manifest: Manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const entries = Object.entries(manifest.exports).map(([subpath, file]) => [
    nameOf(subpath),
    join(source, file),
  ])

  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  await build({
    config: false,
    cwd: source,
    entry: Object.fromEntries(entries),
    outDir: join(out, 'dist'),
    tsconfig: join(root, 'tsconfig.packages.json'),
    // Node 22 knows no `await using`; it is compiled.
    target: 'node22',
    platform: 'node',
    fixedExtension: false,
    dts: true,
    // The contracts of the wire are private: what is used of them goes inside.
    deps: { onlyBundle: ['@polyservice-lab/contracts'] },
    logLevel: 'warn',
    suppressWarnings: [/^TypeScript 7/],
    checks: { pluginTimings: false },
    treeshake: { moduleSideEffects: false },
    plugins: [unusedTypeImports],
    failOnWarn: true,
  })
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
  cpSync(join(source, 'README.md'), join(out, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
}

function publishedManifest({ private: _, devDependencies: __, ...manifest }: Manifest): object {
  const exports = Object.keys(manifest.exports).map((subpath) => {
    const file = `./dist/${nameOf(subpath)}`
    return [subpath, { types: `${file}.d.ts`, default: `${file}.js` }]
  })
  const dependencies = Object.entries(manifest.dependencies).map(([name, version]) => [name, `^${version}`])
  return {
    ...manifest,
    exports: { ...Object.fromEntries(exports), './package.json': './package.json' },
    files: ['dist'],
    dependencies: Object.fromEntries(dependencies),
  }
}

/** The name of the compiled module of a subpath of the exports: `./fakers` is fakers, `.` is index. */
function nameOf(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice('./'.length)
}
