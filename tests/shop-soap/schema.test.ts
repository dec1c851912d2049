import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  attributeOf,
  type Fields,
  parseXml,
  shopFault,
  soapOperations,
  type XmlElement,
} from '@polyservice-lab/contracts/shop/soap'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../support/docker.ts'

const wsdl = parseXml(readFileSync(join(repositoryRoot, 'contracts/shop/shop.wsdl'), 'utf8'), 16)
const schema = wsdl.children.find(({ name }) => name === 'types')?.children[0]?.children ?? []

/** The element or type that the schema gives a name to. */
function named(kind: string, name: string): XmlElement {
  const found = schema.find((one) => one.name === kind && attributeOf(one, '', 'name') === name)
  if (found === undefined) throw new Error(`the schema has no ${kind} ${name}`)
  return found
}

const descend = (element: XmlElement, ...path: readonly string[]): readonly XmlElement[] =>
  path.reduce<readonly XmlElement[]>(
    (all, step) => all.flatMap(({ children }) => children.filter(({ name }) => name === step)),
    [element],
  )

/** The elements of a sequence, as lines: name, type, how often. */
function linesOfSchema(complexType: XmlElement | undefined, path = ''): string[] {
  if (complexType === undefined) throw new Error(`${path} has no type`)
  return descend(complexType, 'sequence', 'element').flatMap((element) => {
    const [name = '', type = '', min = '1', max = '1'] = ['name', 'type', 'minOccurs', 'maxOccurs'].map(
      (one) => attributeOf(element, '', one),
    )
    const here = `${path}/${name} ${min}..${max}`
    if (type.startsWith('xs:')) return [`${here} ${type}`]
    const local = type.replace('u:', '')
    const simple = schema.find((one) => one.name === 'simpleType' && attributeOf(one, '', 'name') === local)
    if (simple === undefined) return [here, ...linesOfSchema(named('complexType', local), `${path}/${name}`)]
    const values = descend(simple, 'restriction', 'enumeration').map((one) => attributeOf(one, '', 'value'))
    return [`${here} ${values.join('|')}`]
  })
}

function linesOfTable(fields: Fields, path = ''): string[] {
  return Object.entries(fields).flatMap(([name, { type, min, max }]) => {
    const here = `${path}/${name} ${min}..${Number.isFinite(max) ? max : 'unbounded'}`
    if (typeof type === 'string') return [`${here} xs:${type === 'token' ? 'string' : type}`]
    if (Array.isArray(type)) return [`${here} ${type.join('|')}`]
    return [here, ...linesOfTable(type as Fields, `${path}/${name}`)]
  })
}

const typeOf = (element: string) => descend(named('element', element), 'complexType')[0]

test.each(Object.entries(soapOperations))('%s has the elements of the WSDL', (name, { input, output }) => {
  expect(linesOfTable(input)).toEqual(linesOfSchema(typeOf(name)))
  expect(linesOfTable(output)).toEqual(linesOfSchema(typeOf(`${name}Response`)))
})

test('the Fault has them, and the WSDL has no other operation', () => {
  expect(linesOfTable(shopFault)).toEqual(linesOfSchema(typeOf('ShopFault')))
  const operations = descend(wsdl, 'portType', 'operation').map((one) => attributeOf(one, '', 'name'))
  expect(operations.toSorted()).toEqual(Object.keys(soapOperations).toSorted())
})
