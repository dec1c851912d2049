import { composeVariable } from '@polyservice-lab/contracts/services'
import { otherNames } from './compose.ts'
import { composeVariablesOf, type LabService, sharedVariables } from './lab.ts'

const ofTheLab = `# Copy to .env and uncomment what you want to change; \`make up\` reads it. The values shown are the defaults.
# Written by \`npm run generate\` from the registry of services and from the reader of each.

# --- the lab -------------------------------------------------------------------------------------------------
# Name of the compose project: another name (and other ports) is another lab beside the first.
#COMPOSE_PROJECT_NAME=polyservice-lab
# Tag of the images that are built and run.
#LAB_TAG=latest
# The host address on which all ports are published. 0.0.0.0 opens them to your network.
#LAB_BIND=127.0.0.1
# Replicas of the chat (\`make up LAB=chat SCALE=2\`), from CHAT_PORT and CHAT_ADMIN_PORT on; either may be a range: 8766-8769.
#SCALE=1
# The official Node image that the services are built on.
#NODE_IMAGE=node:26-trixie-slim
`

/** .env.example: every variable of the lab under its name in compose, with its default. */
export function envExample(lab: readonly LabService[], compose: string): string {
  const ports = lab.flatMap(({ name, port, adminPort }) => [
    `#${composeVariable(name, 'PORT')}=${port}\n`,
    `#${composeVariable(name, 'ADMIN_PORT')}=${adminPort}\n`,
  ])
  const shared = sharedVariables.map(({ name, about, default: value }) => entry(about, name, value))
  const services = lab.map((service) => {
    const others = otherNames(compose, service.name)
    const entries = composeVariablesOf(service).map(({ name, about, default: value }) => {
      const other = others.get(name)
      return entry(
        other === undefined ? about : `${about} (${other} does the same)`,
        composeVariable(service.name, name),
        value,
      )
    })
    return `${heading(service.name)}${entries.join('')}`
  })
  return [ofTheLab + ports.join(''), heading('every service') + shared.join(''), ...services].join('\n')
}

function heading(title: string): string {
  return `${`# --- ${title} `.padEnd(111, '-')}\n`
}

function entry(about: string, name: string, value: string): string {
  return `# ${about}\n#${name}=${value}\n`
}
