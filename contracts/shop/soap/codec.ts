import type { Field, Fields, FieldType } from './schema.ts'
import { attributeOf, escapeXml, type XmlElement } from './xml.ts'

/** The namespace of the operations and of all elements in them. */
export const shopNamespace = 'http://example.com/user-service'
const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'

const ends = /^[ \t\r\n]+|[ \t\r\n]+$/g
const wholeNumber = /^[+-]?\d+$/
const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/

/**
 * The values in an element by the types of its fields: numbers, booleans, texts, lists, objects. A number that is none is
 * NaN, and an optional element that is empty or nil is left out. What the schema does not allow is shown as it is, for
 * whoever checks the values: an element that is unknown, and a list of those that are too many.
 */
export function readFields(fields: Fields, element: XmlElement): Readonly<Record<string, unknown>> {
  const values: [name: string, value: unknown][] = []
  const isKnown = (child: XmlElement) =>
    child.namespace === shopNamespace && Object.hasOwn(fields, child.name)
  const found = Map.groupBy(element.children.filter(isKnown), ({ name }) => name)
  for (const [name, field] of Object.entries(fields)) {
    const children = found.get(name)
    if (children === undefined) continue
    const some = children.slice(0, field.max + 1).map((child) => readValue(field.type, child))
    if (field.max > 1 || some.length > 1) values.push([name, some])
    else if (field.min === 1 || field.emptyIsValue || !isEmpty(children[0])) values.push([name, some[0]])
  }
  for (const child of element.children)
    if (!isKnown(child)) {
      const { namespace, writtenName } = child
      values.push([Object.hasOwn(fields, writtenName) ? `{${namespace}}${writtenName}` : writtenName, child])
    }
  return Object.fromEntries(values)
}

function isEmpty(element: XmlElement | undefined): boolean {
  if (element === undefined) return true
  const { text, children } = element
  return isNil(element) || (text.replace(ends, '') === '' && children.length === 0)
}

function isNil(element: XmlElement): boolean {
  const nil = attributeOf(element, instanceNamespace, 'nil')?.trim()
  return nil === 'true' || nil === '1'
}

function readValue(type: FieldType, element: XmlElement): unknown {
  if (isFields(type)) return readFields(type, element)
  // Markup where the schema has text: no value of any type.
  if (element.children.length > 0) return element
  const text = isNil(element) ? '' : element.text
  if (type === 'string') return text
  const trimmed = text.replace(ends, '')
  if (type === 'long' || type === 'int') return wholeNumber.test(trimmed) ? Number(trimmed) : Number.NaN
  if (type === 'decimal') return decimalNumber.test(trimmed) ? Number(trimmed) : Number.NaN
  if (type === 'boolean') return trimmed === 'true' || trimmed === '1'
  return trimmed
}

/** Elements with values, in the order of the schema; a value that is undefined has none. */
export function writeFields(fields: Fields, values: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const [name, { type }] of Object.entries<Field>(fields)) {
    const value = values[name]
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value])
      text += `<${name}>${isFields(type) ? writeFields(type, each) : escapeXml(writeValue(type, each))}</${name}>`
  }
  return text
}

function writeValue(type: FieldType, value: unknown): string {
  if (type === 'decimal') return writeMoney(Number(value))
  return value instanceof Date ? value.toISOString() : String(value)
}

/** Exact to the cent, where euros times 100 are below 2^53. */
function writeMoney(euros: number): string {
  const cents = String(Math.round(euros * 100)).padStart(3, '0')
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`
}

function isFields(type: FieldType): type is Fields {
  return typeof type === 'object' && !Array.isArray(type)
}
