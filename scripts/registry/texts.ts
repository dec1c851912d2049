import { composeVariable, wings } from '@polyservice-lab/contracts/services'
import { baseVariables } from '@polyservice-lab/service-kit'
import { composeVariablesOf, type LabService } from './lab.ts'

const dockerfileLinesMax = 20

/** The table that the shell scripts of `make` read: fields between tabs, none of them empty. */
export function servicesTable(lab: readonly LabService[]): string {
  const rows = lab.map(({ name, port, adminPort, wing, tryIt }) => [name, port, adminPort, wing, tryIt])
  const head = [[`# wings: ${wings.join(' ')}`], ['# service', 'port', 'admin port', 'wing', 'try it']]
  return [...head, ...rows].map((row) => `${row.join('\t')}\n`).join('')
}

/** The README of the repository with its table of services. */
export function repositoryReadme(text: string, lab: readonly LabService[]): string {
  const rows = lab.map(
    ({ name, port, adminPort, protocol, title }) =>
      `| [${name}](services/${name}/README.md) | 127.0.0.1:${port} | ${protocol}: ${title} | 127.0.0.1:${adminPort} |\n`,
  )
  const head = '| service | address | what it does | health, metrics |\n|---|---|---|---|\n'
  return between(text, 'services', head + rows.join(''))
}

/** The README of a service with the table of all that it reads. */
export function serviceReadme(text: string, service: LabService): string {
  const rows = [...service.variables, ...baseVariables.map(withPort(service.port))].map(
    ({ name, default: value, about }) => `| ${name} | ${value} | ${about} |\n`,
  )
  const inComposeIs = (variable: string) => composeVariable(service.name, variable)
  const [first] = composeVariablesOf(service)
  const example = first === undefined ? '' : ` (${inComposeIs(first.name)})`
  const inCompose = `In compose and \`.env\` the first of these begin with the name of the service${example}; the ports of the host are ${inComposeIs('PORT')} and ${inComposeIs('ADMIN_PORT')}.`
  return between(text, 'variables', `| name | default | |\n|---|---|---|\n${rows.join('')}\n${inCompose}\n`)
}

function withPort(port: number) {
  return <V extends { name: string }>(variable: V): V =>
    variable.name === 'PORT' ? { ...variable, default: String(port) } : variable
}

/** A Dockerfile with the label and the ports of its service. */
export function dockerfile(text: string, { name, port, protocol, title }: LabService): string {
  const lines = text.trimEnd().split('\n').length
  if (lines > dockerfileLinesMax)
    throw new Error(`services/${name}/Dockerfile has ${lines} lines, and may have ${dockerfileLinesMax}`)
  const labels = { title: `polyservice-lab ${name}`, description: `${protocol}: ${title}`, licenses: 'MIT' }
  const label = Object.entries(labels).map(
    ([key, value]) => `org.opencontainers.image.${key}="${value.replaceAll('`', '')}"`,
  )
  return text
    .replace(/^LABEL .*$/m, () => `LABEL ${label.join(' ')}`)
    .replace(/^EXPOSE .*$/m, `EXPOSE ${port} 9090`)
}

/** Replaces what stands between two markers; throws where they are missing. */
function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name}: .*-->\n)[^]*?(<!-- /${name} -->\n)`)
  if (!pattern.test(text))
    throw new Error(`a README has no markers <!-- ${name}: ... --> and <!-- /${name} -->`)
  return text.replace(pattern, (_all, begin: string, end: string) => `${begin}\n${content}\n${end}`)
}
