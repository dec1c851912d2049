import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { figure, pairedRatio } from '../measure/statistics.ts'
import type { Bench, Figures, Scenario } from '../scenario.ts'
import { docker, labImage } from '../servers/docker.ts'
import { freePort } from '../servers/server-process.ts'

const adminPort = 9090
const timeoutMs = 20_000

/** What compose gives to every service. */
const limits = [
  '--init',
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges:true',
  '--memory=512m',
]

/** The least that node does in a container: it answers, and ends when it is asked to. */
const bareProgram = `
  process.on('SIGTERM', () => process.exit(0))
  require('node:http').createServer((_, response) => response.end('ok')).listen(${adminPort})`

interface Life {
  readonly readyMs: number
  readonly drainMs: number
  readonly idleMiB: number
}

/** Runs a container until it is ready and idle, then asks it to end. */
async function live(image: string, command: readonly string[]): Promise<Life> {
  const name = `lab-bench-${randomBytes(4).toString('hex')}`
  const port = await freePort()
  const whenKilled = () => execFileSync('docker', ['rm', '--force', '--volumes', name], { stdio: 'ignore' })
  process.once('exit', whenKilled)
  const begun = performance.now()
  await docker(
    'run',
    '--detach',
    '--name',
    name,
    '--publish',
    `127.0.0.1:${port}:${adminPort}`,
    ...limits,
    image,
    ...command,
  )
  try {
    await untilOk(`http://127.0.0.1:${port}/readyz`)
    const readyMs = performance.now() - begun
    await setTimeout(200)
    const top = await docker('top', name, '-eo', 'pid,rss,args')
    const rss = /^\s*\d+\s+(\d+)\s+\S*node\b/m.exec(top)?.[1]
    const asked = performance.now()
    await docker('kill', '--signal', 'SIGTERM', name)
    await docker('wait', name)
    return { readyMs, drainMs: performance.now() - asked, idleMiB: Number(rss) / 1024 }
  } catch (error) {
    const logs = await docker('logs', '--tail', '1', name).catch(() => '')
    throw new Error(`${image}: ${String(error)} ${logs.slice(0, 300)}`)
  } finally {
    process.off('exit', whenKilled)
    await docker('rm', '--force', '--volumes', name)
  }
}

async function untilOk(url: string): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    if (performance.now() > deadline) throw new Error(`${url} is not ready`)
    await setTimeout(5)
  }
}

const bareImage = process.env['NODE_IMAGE'] || 'node:26-trixie-slim'

/** Starts all services and the bare container in turns. */
async function run(bench: Bench): Promise<Figures> {
  const subjects = coreServiceNames.map((name) => ({
    name,
    image: labImage(name),
    command: [] as string[],
    lives: [] as Life[],
  }))
  const floor = {
    name: 'floor',
    image: bareImage,
    command: ['node', '--eval', bareProgram],
    lives: [] as Life[],
  }
  const all = [...subjects, floor]
  await docker('image', 'inspect', ...all.map(({ image }) => image))
  for (let round = 1; round <= bench.profile.containerRounds; round++)
    for (const one of all.filter(({ lives }) => lives.length === round - 1)) {
      bench.progress(`start ${round} of ${bench.profile.containerRounds}: ${one.name}`)
      // One that fails is left out of the rounds that follow, and stops no other.
      await live(one.image, one.command).then(
        (life) => one.lives.push(life),
        (error: Error) => bench.note(`failed: ${error.message}`),
      )
    }
  const of = (lives: readonly Life[], key: keyof Life) => lives.map((one) => one[key])
  const figures: Figures = {}
  for (const { name, lives } of all) {
    if (lives.length < bench.profile.containerRounds) continue
    figures[`${name}.ready`] = figure('ms', of(lives, 'readyMs'))
    figures[`${name}.drain`] = figure('ms', of(lives, 'drainMs'))
    figures[`${name}.memory`] = figure('MiB', of(lives, 'idleMiB'))
    if (name !== 'floor' && floor.lives.length === lives.length)
      figures[`${name}.ready/floor`] = pairedRatio(of(lives, 'readyMs'), of(floor.lives, 'readyMs'))
  }
  return figures
}

export const containers: Scenario = {
  name: 'containers',
  title: 'From docker run to ready, against a bare node:http container',
  view: 'containers',
  cases: [
    {
      name: 'lives',
      protocol: 'container',
      operation:
        'docker run until /readyz answers; idle; SIGTERM until it has ended. The floor is node:http in the base image',
      parameters: {},
      profile: 'short',
      run,
    },
  ],
}
