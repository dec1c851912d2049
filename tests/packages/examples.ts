import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabPorts } from '@polyservice-lab/clients'
import { repositoryRoot } from '../support/docker.ts'
import { type PackageName, packageNames } from './outside-project.ts'

/** A fenced block of TypeScript in the README of a package. */
export interface Example {
  readonly package: PackageName
  /** The package, and the heading above the block. */
  readonly name: string
  readonly code: string
}

/** All examples, in the order of the READMEs. */
export const examples: readonly Example[] = packageNames.flatMap((name) => {
  const readme = readFileSync(join(repositoryRoot, name, 'README.md'), 'utf8')
  const blocks = readme.matchAll(/^#+ (?<heading>[^\n]*)$|^```ts\n(?<code>.*?)^```$/gms)
  let heading = ''
  return [...blocks].flatMap(({ groups }) => {
    heading = groups?.['heading'] ?? heading
    const code = groups?.['code']
    return code === undefined ? [] : [{ package: name, name: slugOf(`${name} ${heading}`), code }]
  })
})

function slugOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]+/g, '-')
}

/** The code of an example, which is for a lab on its usual ports, for one on these. */
export function withPorts(code: string, ports: LabPorts): string {
  const options = `createLab({ ports: ${JSON.stringify(ports)}`
  return code.replace(/createLab\((\)|\{ )/g, (_, rest) => options + (rest === ')' ? ' })' : ', '))
}
