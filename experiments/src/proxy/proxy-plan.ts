import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Fault, type FaultInput, faultSchema, mismatch, protocols } from './fault.ts'

const address = z.string().transform((text, context) => {
  const match = /^(?<host>[^:\s]+|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})$/.exec(text)
  const port = Number(match?.groups?.['port'])
  if (match?.groups?.['host'] !== undefined && port <= 65_535)
    return { host: match.groups['host'].replace(/^\[|\]$/g, ''), port }
  context.addIssue(`${JSON.stringify(text)} is not host:port`)
  return z.NEVER
})

const planSchema = z
  .strictObject({
    listen: address.default({ host: '127.0.0.1', port: 0 }),
    upstream: address,
    protocol: z.enum(protocols).default('tcp'),
    faults: z.array(faultSchema).default([]),
  })
  .superRefine(({ protocol, faults }, context) => {
    for (const [i, fault] of faults.entries()) {
      const message = mismatch(fault, protocol)
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['faults', i, 'kind'], message })
    }
  })

/** A proxy as a file describes it. */
export type ProxyPlan = z.output<typeof planSchema>

/** A plan or a fault that means nothing: one line for each thing that is wrong, with its place. */
export class PlanError extends Error {
  constructor(source: string, { issues }: Pick<z.ZodError, 'issues'>) {
    const lines = issues.map(({ path, message }) => `  ${place(path)}: ${message}`)
    super(`${source} is not right:\n${lines.join('\n')}`)
    this.name = 'PlanError'
  }
}

function place(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text.replace(/^\./, '') || 'the whole'
}

/** @throws PlanError */
export function parsePlan(value: unknown, source: string): ProxyPlan {
  const { success, data, error } = planSchema.safeParse(value)
  if (success) return data
  throw new PlanError(source, error)
}

/** Reads a plan from a file in YAML or JSON. @throws PlanError */
export async function readPlan(path: string): Promise<ProxyPlan> {
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new PlanError(path, { issues: [{ code: 'custom', path: [], message: String(error), input: text }] })
  }
  return parsePlan(value, path)
}

/** Fills in the defaults. @throws PlanError */
export function parseFaults(faults: readonly FaultInput[], protocol: (typeof protocols)[number]): Fault[] {
  return parsePlan({ upstream: 'localhost:0', protocol, faults }, 'the list of faults').faults
}
