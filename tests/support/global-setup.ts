import { getContainerRuntimeClient, getReaper } from 'testcontainers'
import { runToExit } from './docker.ts'

/** The images under test are those of this checkout; building what is built already takes a second. */
export async function setup(): Promise<void> {
  const { code, stderr } = await runToExit('docker', ['compose', 'build', '--quiet'], {
    timeoutMs: 600_000,
  })
  if (code !== 0) throw new Error(`the images do not build:\n${stderr}`)
  await disableReaperWhereItCannotBePulled()
}

/** Where its image cannot be pulled, there is no reaper behind the tests: they take their labs down themselves. */
async function disableReaperWhereItCannotBePulled(): Promise<void> {
  try {
    await getReaper(await getContainerRuntimeClient())
  } catch {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  }
}
