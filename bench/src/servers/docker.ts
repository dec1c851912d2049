import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ServiceName } from '@polyservice-lab/contracts/services'

const run = promisify(execFile)

/** Runs a docker command and returns what it printed. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { maxBuffer: 16 * 1024 * 1024 })
  return stdout.trim()
}

/** The image of a service, as compose names it. */
export const labImage = (service: ServiceName) =>
  `polyservice-lab/${service}:${process.env['LAB_TAG'] ?? 'latest'}`

export interface Layer {
  /** Digest of its contents: equal layers are stored and pulled once. */
  readonly id: string
  readonly bytes: number
}

/**
 * The layers of an image from the bottom up. Sizes come from the history, in which instructions without a layer stand
 * too; undefined where the two cannot be matched.
 */
export async function imageLayers(image: string): Promise<Layer[] | undefined> {
  const ids = JSON.parse(
    await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image),
  ) as string[]
  const history = await docker('history', '--no-trunc', '--human=false', '--format', '{{json .}}', image)
  const steps = history
    .split('\n')
    .map((line) => JSON.parse(line) as { CreatedBy: string; Size: string; Comment: string })
    .reverse()
  const layers = steps.filter(
    ({ CreatedBy, Size }) => Size !== '0' || /^(RUN|COPY|ADD|WORKDIR)\b/.test(CreatedBy),
  )
  if (layers.length !== ids.length) return undefined
  return ids.map((id, i) => ({ id, bytes: Number(layers[i]?.Size) }))
}
