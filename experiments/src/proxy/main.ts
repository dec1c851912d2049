import { parseArgs } from 'node:util'
import { formatEvent, startFaultProxy } from './fault-proxy.ts'
import { PlanError, readPlan } from './proxy-plan.ts'

/** A proxy from a file: `node experiments/src/proxy/main.ts plan.yaml`, until Ctrl-C. */
const { positionals } = parseArgs({ allowPositionals: true })
const [path] = positionals
const say = (line: string) => process.stdout.write(`${line}\n`)

try {
  if (path === undefined || positionals.length > 1) throw new Error('usage: main.ts plan.yaml')
  const plan = await readPlan(path)
  const proxy = await startFaultProxy({ ...plan, onEvent: (event) => say(formatEvent(event)) })
  const { host, port } = plan.upstream
  say(`${proxy.host}:${proxy.port} passes ${plan.protocol} on to ${host}:${port}. Ctrl-C ends it.`)
  process.once('SIGINT', () => void proxy[Symbol.asyncDispose]())
} catch (error) {
  if (!(error instanceof Error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error instanceof PlanError ? 2 : 1
}
