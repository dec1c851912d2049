import { getContainerRuntimeClient, getReaper } from 'testcontainers'
import { docker, runToExit } from './docker.ts'

/** The images under test are those of this checkout; building what is built already takes a second. */
export async function setup(): Promise<void> {
  const { code, stderr } = await runToExit('docker', ['compose', '--profile', '*', 'build', '--quiet'], {
    timeoutMs: 600_000,
  })
  if (code !== 0) throw new Error(`the images do not build:\n${stderr}`)
  process.env['LAB_TAG'] = await imageTag()
  await disableReaperWhereItCannotBePulled()
}

/** The tag that was built, from the environment or a .env file; the labs themselves read no .env file. */
async function imageTag(): Promise<string> {
  const { stdout } = await docker('compose', '--profile', '*', 'config', '--images')
  return /polyservice-lab\/[\w-]+:(\S+)/.exec(stdout)?.[1] ?? 'latest'
}

/** Where its image cannot be pulled, there is no reaper behind the tests: they take their labs down themselves. */
async function disableReaperWhereItCannotBePulled(): Promise<void> {
  try {
    await getReaper(await getContainerRuntimeClient())
  } catch {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  }
}
