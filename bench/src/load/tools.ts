import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Done } from './closed-loop.ts'
import { type Concurrency, type GrpcWorkload, grpcFrame, type HttpRequest } from './workload.ts'

const run = promisify(execFile)
const wrkScript = join(import.meta.dirname, 'wrk.lua')

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, program)))
}

/** https://github.com/wg/wrk: one thread, all connections kept busy. */
export async function runWrk(
  { method, path, headers, body }: HttpRequest,
  port: number,
  connections: number,
  seconds: number,
): Promise<Done> {
  // The script sets what has no option of its own and prints the totals as numbers.
  const { stdout } = await run(
    'wrk',
    [
      ...['--threads', '1', '--connections', `${connections}`, '--duration', `${Math.ceil(seconds)}s`],
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      ...['--script', wrkScript, `http://127.0.0.1:${port}${path}`, '--', method, body ?? ''],
    ],
    { maxBuffer: 16 * 1024 * 1024 },
  )
  const [, operations, microseconds, errors] = /bench (\d+) (\d+) (\d+)/.exec(stdout) ?? []
  if (errors !== '0') throw new Error(`wrk: ${errors} errors\n${stdout}`)
  return { operations: Number(operations), seconds: Number(microseconds) / 1e6 }
}

/** autocannon, the same from npm, where wrk is not installed. */
export async function runAutocannon(
  { method, path, headers, body }: HttpRequest,
  port: number,
  connections: number,
  seconds: number,
): Promise<Done> {
  const { default: autocannon } = await import('autocannon')
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    method: method as 'GET',
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
    connections,
    duration: seconds,
  })
  const failures = result.errors + result.timeouts + result.non2xx
  if (failures > 0) throw new Error(`autocannon: ${failures} errors`)
  return { operations: result['2xx'], seconds: result.duration }
}

/** https://nghttp2.org/documentation/h2load.1.html */
export async function runH2load(
  workload: GrpcWorkload,
  port: number,
  { connections, streams = 1 }: Concurrency,
  seconds: number,
  bodyFile: string,
): Promise<Done> {
  await writeFile(bodyFile, grpcFrame(workload.message))
  const { stdout } = await run('h2load', [
    ...[
      '--clients',
      `${connections}`,
      '--max-concurrent-streams',
      `${streams}`,
      '--duration',
      `${Math.round(seconds * 1000)}ms`,
    ],
    ...['--data', bodyFile, '--header', 'content-type: application/grpc', '--header', 'te: trailers'],
    ...['--window-bits', '24', '--connection-window-bits', '24'],
    `http://127.0.0.1:${port}${workload.path}`,
  ])
  const [, finished] = /finished in ([\d.]+m?s)/.exec(stdout) ?? []
  const [, succeeded, failed] = /requests: .* (\d+) succeeded, (\d+) failed/.exec(stdout) ?? []
  if (finished === undefined || succeeded === undefined || failed !== '0')
    throw new Error(`h2load: ${failed} errors\n${stdout}`)
  const elapsed = Number.parseFloat(finished) / (finished.endsWith('ms') ? 1000 : 1)
  return { operations: Number(succeeded), seconds: elapsed }
}
