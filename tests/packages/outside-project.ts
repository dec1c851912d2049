import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryRoot } from '../support/docker.ts'

/** What is published, with the oldest Node that it promises to run on. */
const packages = { clients: '22.13.0', testcontainers: '22.22.0' } as const

export type PackageName = keyof typeof packages

export const packageNames = Object.keys(packages) as PackageName[]

/** A project of somebody else: examples/vitest-suite, outside of the repository, with the packages as they are published. */
export interface OutsideProject extends AsyncDisposable {
  readonly directory: string
  /** A program of the project, or of this repository, run in it on the oldest Node; fails with what it wrote. */
  run(name: PackageName, program: string, ...args: string[]): Promise<void>
}

/** Builds and packs both packages, and installs the tarballs. */
export async function createOutsideProject(): Promise<OutsideProject> {
  const directory = await mkdtemp(join(tmpdir(), 'polyservice-lab-'))
  await run(
    directory,
    process.env,
    process.execPath,
    join(repositoryRoot, 'scripts/build-packages.ts'),
    'packed',
  )
  await cp(join(repositoryRoot, 'examples/vitest-suite'), directory, { recursive: true })

  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  for (const name of packageNames) {
    await run(directory, process.env, 'npm', 'pack', `./packed/${name}`, '--pack-destination', 'packed')
    manifest.devDependencies[`@polyservice-lab/${name}`] = `file:packed/${tarballOf(name)}`
    manifest.devDependencies[nodeOf(name)] = `npm:node-${system}-${process.arch}@${packages[name]}`
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest))
  await run(directory, process.env, 'npm', 'install', '--prefer-offline', '--no-audit', '--ignore-scripts')

  return {
    directory,
    run: (name, ...command) => {
      const bins = [
        join(directory, 'node_modules', nodeOf(name), 'bin'),
        join(directory, 'node_modules/.bin'),
      ]
      const path = [...bins, join(repositoryRoot, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
      return run(directory, { ...process.env, PATH: path }, ...command)
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

export const tarballOf = (name: PackageName) => `polyservice-lab-${name}-0.1.0.tgz`

const nodeOf = (name: PackageName) => `oldest-node-of-${name}`
const system = process.platform === 'win32' ? 'win' : process.platform

const execute = promisify(execFile)

async function run(cwd: string, env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<void> {
  try {
    await execute(program, args, { cwd, env, timeout: 240_000 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}
