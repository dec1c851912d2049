import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { expect, onTestFinished, test } from 'vitest'
import { docker, repositoryRoot } from '../support/docker.ts'

/** Images under a tag of their own, by which the containers of one run are known. */
async function tagImages(): Promise<string> {
  const tag = `interrupted-${randomBytes(4).toString('hex')}`
  const images = coreServiceNames.map((name) => `polyservice-lab/${name}:${tag}`)
  for (const name of coreServiceNames)
    await docker(
      'tag',
      `polyservice-lab/${name}:${process.env['LAB_TAG'] ?? 'latest'}`,
      `polyservice-lab/${name}:${tag}`,
    )
  onTestFinished(async () => {
    await docker('rmi', ...images)
  })
  return tag
}

async function containersOf(tag: string): Promise<string[]> {
  const { stdout } = await docker('ps', '--all', '--format', '{{.Image}} {{.Status}}')
  return stdout.split('\n').filter((line) => line.includes(`:${tag}`))
}

test('Ctrl-C undoes the fault and leaves no container', async () => {
  const tag = await tagImages()
  const run = spawn(process.execPath, ['experiments/src/main.ts', 'run', 'pause-the-grpc-service'], {
    cwd: repositoryRoot,
    env: { ...process.env, LAB_TAG: tag },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(run, 'exit')
  let said = ''
  for await (const text of run.stdout.setEncoding('utf8')) {
    // Once, when the fault is proven: four containers, one of them paused.
    if (!said.includes('proof:') && (said + text).includes('proof:')) {
      const states = await containersOf(tag)
      expect(states).toHaveLength(coreServiceNames.length)
      expect(states.filter((state) => state.includes('(Paused)'))).toHaveLength(1)
      run.kill('SIGINT')
    }
    said += text
  }
  expect(await ended).toEqual([130, null])
  expect(said).toContain('docker unpause course-grpc')
  expect(said).toContain('interrupted')
  expect(await containersOf(tag)).toEqual([])
}, 120_000)
