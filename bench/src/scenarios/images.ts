import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { figure } from '../measure/statistics.ts'
import type { Bench, Figures, Scenario } from '../scenario.ts'
import { docker, imageLayers, labImage } from '../servers/docker.ts'

const mebibyte = 2 ** 20

/** What each image is in all, and what it adds to the layers that all have. */
async function run(bench: Bench): Promise<Figures> {
  const figures: Figures = {}
  const images = await Promise.all(
    coreServiceNames.map(async (service) => {
      const image = labImage(service)
      const bytes = Number(await docker('image', 'inspect', '--format', '{{.Size}}', image))
      return { service, bytes, layers: await imageLayers(image) }
    }),
  )
  const shared = new Set(images[0]?.layers?.map(({ id }) => id))
  for (const { layers } of images)
    for (const id of shared) if (!layers?.some((layer) => layer.id === id)) shared.delete(id)
  figures['sharedLayers'] = figure('layers', [shared.size])
  for (const { service, bytes, layers } of images) {
    figures[`${service}.whole`] = figure('MiB', [bytes / mebibyte])
    if (layers === undefined) {
      bench.note(`the layers of ${service} cannot be told from its history`)
      continue
    }
    const own = layers.filter(({ id }) => !shared.has(id)).reduce((sum, layer) => sum + layer.bytes, 0)
    figures[`${service}.own`] = figure('MiB', [own / mebibyte])
  }
  return figures
}

export const images: Scenario = {
  name: 'images',
  title: 'What the images weigh',
  view: 'containers',
  cases: [
    {
      name: 'sizes',
      protocol: 'container',
      operation: 'size of the whole image, and of the layers that the other services do not have',
      parameters: {},
      profile: 'short',
      run,
    },
  ],
}
