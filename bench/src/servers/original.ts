import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/**
 * Starts the server in Python that a service replaces: original.py of a directory.
 * @param packages what it imports beside the standard library
 * @returns a sentence where these are not installed
 */
export async function startOriginal(
  directory: string,
  packages: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Server | string> {
  const program = ['python3', '/usr/bin/python3'].find((candidate) => imports(candidate, packages))
  if (program === undefined)
    return `no python3 with ${packages.join(', ') || 'its library'}: not compared with the original`
  const port = await freePort()
  return startServer({
    program,
    args: [join(directory, 'original.py'), `${port}`, ...args],
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
