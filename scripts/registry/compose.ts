import { composeVariable, containerAdminPort, labVariables } from '@polyservice-lab/contracts/services'
import { composeVariablesOf, type LabService } from './lab.ts'

/**
 * docker-compose.yml with a block for each service, whose image, build, ports, profile and variables are as the
 * registry and the readers have them. What else stands in a block stays, and so does a default that compose itself
 * gives to a variable.
 */
export function composeFile(text: string, lab: readonly LabService[]): string {
  const withBlocks = lab.reduce((file, service) => {
    const old = blockOf(file, service.name)
    const block = composeBlock(old ?? newBlock(service), service)
    return old === undefined
      ? file.replace(/^services:\n(?: .*\n|\n)*/m, (all) => `${all.trimEnd()}\n\n${block}\n`)
      : file.replace(old, () => block)
  }, text)
  return withVolumes(withVariables(withBlocks), lab)
}

function blockOf(file: string, name: string): string | undefined {
  return new RegExp(`^  ${name}:\\n(?:    .*\\n)*`, 'm').exec(file)?.[0]
}

function newBlock({ name, keeps }: LabService): string {
  const volumes = keeps === undefined ? '' : `    volumes: [${name}-data:/data]\n`
  return `  ${name}:\n    <<: *service\n    image:\n    build:\n    ports:\n    environment:\n${volumes}`
}

function composeBlock(block: string, service: LabService): string {
  const { name, port, adminPort, wing } = service
  const profiles = wing === 'core' ? '' : `    profiles: [${wing}]\n`
  return block
    .replace(/^ {4}profiles:.*\n/m, '')
    .replace(/^ {4}image:.*\n/m, () => `${profiles}    image: polyservice-lab/${name}:\${LAB_TAG:-latest}\n`)
    .replace(
      /^ {4}build:.*\n/m,
      `    build: { context: ., dockerfile: services/${name}/Dockerfile, args: { NODE_IMAGE: } }\n`,
    )
    .replace(
      /^ {4}ports:\n(?: {6}.*\n)*/m,
      () =>
        `    ports:\n${hostPort(composeVariable(name, 'PORT'), port, port)}${hostPort(composeVariable(name, 'ADMIN_PORT'), adminPort, containerAdminPort)}`,
    )
    .replace(/^ {4}environment:\n(?: {6}.*\n)*/m, (old) => environment(old, service))
}

function hostPort(variable: string, byDefault: number, inside: number): string {
  return `      - \${LAB_BIND:-127.0.0.1}:\${${variable}:-${byDefault}}:${inside}\n`
}

function environment(old: string, service: LabService): string {
  const lines = composeVariablesOf(service).map(({ name }) => {
    const variable = composeVariable(service.name, name)
    const kept = new RegExp(`^ {6}${name}: .*\\$\\{${variable}:-.*\\n`, 'm').exec(old)?.[0]
    return kept ?? `      ${name}: \${${variable}:-}\n`
  })
  return `    environment:\n      <<: *environment\n${lines.join('')}`
}

/** The other names, in the environment of compose, of variables of a service: `POLICY` for `USERS_API_POLICY`. */
export function otherNames(file: string, service: string): ReadonlyMap<string, string> {
  const pattern = new RegExp(
    `^ {6}(\\w+): \\$\\{${composeVariable(service, '')}\\w+:-\\$\\{(\\w+):-\\}\\}$`,
    'gm',
  )
  return new Map([...file.matchAll(pattern)].map(([, name = '', other = '']) => [name, other]))
}

function withVariables(file: string): string {
  const lines = labVariables.map((name) => `  ${name}:\n`).join('')
  return file.replace(/^(x-environment: &environment\n)(?: {2}.*\n)*/m, `$1${lines}`)
}

function withVolumes(file: string, lab: readonly LabService[]): string {
  return lab
    .filter(({ keeps }) => keeps !== undefined)
    .map(({ name }) => `  ${name}-data:\n`)
    .reduce((text, volume) => (text.includes(volume) ? text : `${text.trimEnd()}\n${volume}`), file)
}
