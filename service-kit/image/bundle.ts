/**
 * Makes of a service the few scripts that its image runs, and compiles them.
 *   node bundle.ts SERVICE_DIR OUTPUT_DIR    (as the user who will run them: the compile cache is that user's)
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type Plugin, rolldown } from 'rolldown'

const [service = '', output = ''] = process.argv.slice(2).map((path) => resolve(path))

/** Native code is not bundled: its packages are copied. */
const nativePackages = 'node_modules/@node-rs'

/** What a module names by `new URL(file, import.meta.url)`: a script becomes a script beside it, anything else is copied. */
const filesBeside: Plugin = {
  name: 'files-beside',
  transform(code, id) {
    const withFiles = code.replace(
      /new URL\((?:'([^']+)', import\.meta\.url|import\.meta\.resolve\('([^']+)'\))\)/g,
      (_whole, relative: string | undefined, ofPackage: string) => {
        const file =
          relative === undefined ? createRequire(id).resolve(ofPackage) : resolve(dirname(id), relative)
        const reference = file.endsWith('.ts')
          ? this.emitFile({ type: 'chunk', id: file, name: basename(file, '.ts') })
          : this.emitFile({ type: 'asset', fileName: basename(file), source: readFileSync(file) })
        return `new URL(import.meta.ROLLUP_FILE_URL_${reference})`
      },
    )
    return withFiles === code ? undefined : withFiles
  },
}

/**
 * Takes from Node's own modules what is named and no more. An import statement reads all that such a module exports,
 * and there is an HTTP client of 20 ms behind one name of node:http.
 */
const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  renderChunk: (code) =>
    code.replace(
      /^import (\{.*\}|\w+) from ("node:\w+(?:\/\w+)?");$/gm,
      (_whole, names: string, module: string) =>
        `const ${names.replaceAll(' as ', ': ')} = process.getBuiltinModule(${module});`,
    ),
}

async function bundle(): Promise<void> {
  await using bundler = await rolldown({
    input: {
      main: join(service, 'src/main.ts'),
      'health-check': join(import.meta.dirname, '../src/health-check.ts'),
    },
    platform: 'node',
    external: /^@node-rs\//,
    plugins: [filesBeside, builtinsByName],
  })
  await bundler.write({ dir: output, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' })
  if (existsSync(nativePackages)) cpSync(nativePackages, join(output, nativePackages), { recursive: true })
}

/** One life of the service: what it compiles until it is ready, or waits for its database, the next one finds in the cache. */
async function compile(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'data-'))
  const main = spawn(process.execPath, ['main.mjs'], {
    cwd: output,
    // Nobody listens there: a service that needs its database is stopped when it begins to wait for it.
    env: { ...process.env, DATA_DIR: data, DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(main, 'exit')
  for await (const line of createInterface({ input: main.stdout })) {
    const isReady = line.includes('"msg":"ready"')
    // Without a database some are not well; the check is compiled all the same.
    if (isReady) spawnSync(process.execPath, ['health-check.mjs'], { cwd: output, stdio: 'ignore' })
    if (isReady || line.includes('"msg":"waiting for')) main.kill('SIGTERM')
  }
  const [code] = await exited
  rmSync(data, { recursive: true })
  if (code !== 0) throw new Error(`${service} ended with ${code}`)
}

await bundle()
await compile()
