// The story that `make demo` tells: each protocol of the wings that LAB names (default: the core), spoken to the containers
// that run, through the typed clients.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ServiceName, serviceNames, services } from '../../contracts/services.ts'
import { type Address, addressOf } from './address-of.ts'
import { createStory, type Story } from './story.ts'

/** What services/<name>.ts exports: the chapter of one service. */
type Tell = (story: Story, address: Address) => Promise<void>

const story = createStory((text) => process.stdout.write(text))

const asked = (process.env['LAB'] || 'core').split(/[\s,]+/)

for (const name of serviceNames) {
  if (!asked.includes('all') && !asked.includes(services[name].wing)) continue
  const chapter = join(import.meta.dirname, 'services', `${name}.ts`)
  if (existsSync(chapter)) await tellOf(name, (await import(chapter)).tell)
}

async function tellOf(name: ServiceName, tell: Tell): Promise<void> {
  const { protocol, port } = services[name]
  const address = await addressOf(name, port)
  story.chapter(`${protocol}: ${name}`, `${address.host}:${address.port}`)
  await tell(story, address)
}

process.exitCode = story.verdict() ? 0 : 1
process.stdout.write(`
The lab goes on running. Where to go next:
  README.md            how to call each service from the shell, from TypeScript and in CI
  contracts/           the wire of each protocol: every request, answer, error and promise
  make test            see all of it proved
  make experiments     break one container, and see what every client sees · make bench: what each protocol costs
  make logs            what the services say · make reset: forget everything · make down: stop
`)
