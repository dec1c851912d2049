import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { serverCore } from './cores.ts'
import { readUsage, type Usage } from './usage.ts'

/** A server under measurement: a process of its own, on a core that the load does not use. */
export interface Server extends AsyncDisposable {
  readonly port: number
  /** Of the services: health and reset. */
  readonly adminPort: number
  /** Where it keeps what it keeps. */
  readonly dataDir: string
  readonly pid: number
  usage(): Promise<Usage | undefined>
  signal(name: NodeJS.Signals): void
}

export interface ServerOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly port: number
  readonly adminPort?: number
  readonly dataDir?: string
  readonly isReady: () => Promise<boolean>
  readonly whenStopped?: () => Promise<void>
}

const startTimeoutMs = 30_000
const stopTimeoutMs = 15_000

/** Starts a server; resolves when it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const pinned = serverCore === undefined ? [] : ['taskset', '--cpu-list', `${serverCore}`]
  const [program = options.program, ...args] = [...pinned, options.program, ...options.args]
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-2000)
  })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  await ready(child, options, () => complaint)
  const { pid = 0 } = child
  return {
    port: options.port,
    adminPort: options.adminPort ?? 0,
    dataDir: options.dataDir ?? '',
    pid,
    usage: () => readUsage(pid),
    signal: (name) => child.kill(name),
    async [Symbol.asyncDispose]() {
      process.off('exit', killed)
      await stop(child)
      await options.whenStopped?.()
    },
  }
}

async function ready(child: ChildProcess, options: ServerOptions, complaint: () => string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs
  while (!(await options.isReady())) {
    const line = `${options.program} ${options.args.join(' ')}`
    if (child.exitCode !== null) throw new Error(`${line} ended with ${child.exitCode}: ${complaint()}`)
    if (performance.now() > deadline) throw new Error(`${line} is not ready: ${complaint()}`)
    await setTimeout(10)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = globalThis.setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(timer)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether something accepts connections. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
