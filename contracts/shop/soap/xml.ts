import { SaxesParser, type SaxesTagNS } from 'saxes'

/** An element with its names resolved (Namespaces in XML 1.0). */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  /** The name as it is written, with its prefix. */
  readonly writtenName: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: XmlElement[]
  /** Its own text, without that of its children. */
  text: string
}

interface XmlAttribute {
  readonly local: string
  readonly uri: string
  readonly value: string
}

/** What makes of a text no document that is taken; the message names it, and does not grow with the text. */
export class XmlError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'XmlError'
  }
}

/** Elements and attributes of one document, in memory at most 5 MiB; an order of 50 items has 160. */
const nodesMax = 20_000
const messageLengthMax = 100
const textOrMarkup = /[&<>\r"]/g
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A reader makes a line feed of it otherwise (XML 1.0, 2.11).
  '\r': '&#13;',
}

/**
 * Reads a document of XML 1.0 with namespaces, and nothing beside it: a document type declaration is refused, so that there
 * are no entities but the five of XML.
 * @param depthMax how many elements may be nested
 * @returns the root
 * @throws XmlError
 */
export function parseXml(text: string, depthMax: number): XmlElement {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let nodes = 0
  const count = () => {
    nodes += 1
    if (nodes > nodesMax) throw new XmlError(`more than ${nodesMax} elements and attributes are not taken`)
  }
  parser.on('attribute', count)
  parser.on('error', ({ message }) => {
    throw new XmlError(`no well-formed XML at ${message}`.slice(0, messageLengthMax).toWellFormed())
  })
  parser.on('doctype', () => {
    throw new XmlError('a document type declaration is not taken')
  })
  parser.on('opentag', (tag) => {
    count()
    if (open.length === depthMax) throw new XmlError(`more than ${depthMax} nested elements are not taken`)
    const element = elementOf(tag)
    open.at(-1)?.children.push(element)
    open.push(element)
    root ??= element
  })
  parser.on('closetag', () => {
    open.pop()
  })
  for (const event of ['text', 'cdata'] as const)
    parser.on(event, (part) => {
      const element = open.at(-1)
      if (element !== undefined) element.text += part
    })
  parser.write(text).close()
  return root as unknown as XmlElement
}

function elementOf({ local, uri, name, attributes }: SaxesTagNS): XmlElement {
  return {
    name: local,
    namespace: uri,
    writtenName: name,
    attributes: Object.values(attributes),
    children: [],
    text: '',
  }
}

/** The value of an attribute; undefined where it is not there. */
export function attributeOf({ attributes }: XmlElement, namespace: string, name: string): string | undefined {
  return attributes.find(({ local, uri }) => local === name && uri === namespace)?.value
}

/** Text as it stands in an element or an attribute. */
export function escapeXml(text: string): string {
  return text.replace(textOrMarkup, (character) => references[character] ?? character)
}
