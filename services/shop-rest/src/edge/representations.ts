import { etagOf, HttpError } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import { XMLBuilder } from 'fast-xml-parser'
import { Document, Scalar, visit } from 'yaml'
import type { View } from './views.ts'

type Format = 'json' | 'xml' | 'yaml'

/** What may be asked for; of equals the first one is sent. */
const formatOf: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/vnd.shop.v2+json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/vnd.shop.v2+xml': 'xml',
  'application/yaml': 'yaml',
  'application/vnd.shop.v2+yaml': 'yaml',
}
export const mediaTypes = Object.keys(formatOf)

/** How a client wants an answer. */
export interface Representation {
  readonly contentType: string
  readonly format: Format
}

/** @throws HttpError 406 where Accept names nothing that there is */
export function negotiate(request: Request): Representation {
  const type = request.accepts(mediaTypes)
  const format = type === false ? undefined : formatOf[type]
  if (type === false || format === undefined) throw new HttpError(406, `there are ${mediaTypes.join(', ')}`)
  return { contentType: type === 'text/xml' ? 'application/xml' : type, format }
}

const writers: Readonly<Record<Format, (view: View) => string>> = {
  json: ({ data }) => JSON.stringify(data),
  xml: writeXml,
  yaml: writeYaml,
}

export function write(view: View, format: Format): string {
  return writers[format](view)
}

/** The ETags of an entity in all formats. */
export function etagsOf(view: View): readonly string[] {
  return Object.values(writers).map((writer) => etagOf(writer(view)))
}

const money: readonly string[] = ['price', 'unitPrice', 'totalAmount']
const builder = new XMLBuilder({ format: false, ignoreAttributes: true, suppressEmptyNode: false })

function writeXml({ root, entry, data }: View): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: membersOf(data, entry) })}`
}

/** Entries of an array become elements within its element; null has none; money has two places. */
function membersOf(data: Readonly<Record<string, unknown>>, entry: string): Record<string, unknown> {
  const members = Object.entries(data).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(
    members.map(([name, value]) => {
      if (Array.isArray(value)) {
        const element = name === 'links' ? 'link' : entry
        return [name, { [element]: value.map((one) => membersOf(one, 'item')) }]
      }
      if (value instanceof Date) return [name, value.toISOString()]
      return [name, money.includes(name) && typeof value === 'number' ? value.toFixed(2) : value]
    }),
  )
}

/** Characters that end a line in YAML 1.1 and not in 1.2. */
const lineEnds = /[\u0085\u2028\u2029]/g

/** YAML 1.2 that readers of YAML 1.1 take for the same. */
function writeYaml({ data }: View): string {
  const document = new Document(JSON.parse(JSON.stringify(data)), {
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  })
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.search(lineEnds) !== -1)
        node.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document
    .toString({ lineWidth: 0 })
    .replace(lineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
