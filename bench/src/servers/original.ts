import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/** Servers of the kind that these services replace, in `originals/`, with the packages of Python that each needs. */
const originals = { 'course-grpc': ['grpc'], 'tcp-history': [], 'ws-echo': ['websockets'] } as const

export type OriginalName = keyof typeof originals

/** Starts a server in Python; a sentence instead where its packages are not installed. */
export async function startOriginal(
  name: OriginalName,
  args: readonly string[] = [],
): Promise<Server | string> {
  const packages = originals[name]
  const program = ['python3', '/usr/bin/python3'].find((candidate) => imports(candidate, packages))
  if (program === undefined)
    return `no python3 with ${packages.join(', ') || 'its library'}: not compared with the original`
  const port = await freePort()
  return startServer({
    program,
    args: [join(import.meta.dirname, '../../originals', `${name.replace('-', '_')}.py`), `${port}`, ...args],
    port,
    isReady: () => accepts(port),
  })
}

function imports(program: string, packages: readonly string[]): boolean {
  try {
    execFileSync(program, ['-c', ['import socket', ...packages.map((name) => `import ${name}`)].join('\n')], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}
