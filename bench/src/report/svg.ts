import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Protocol } from '../scenario.ts'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** One colour for each protocol, in all plots; readable on light and dark. */
export const protocolColors: Readonly<Record<Exclude<Protocol, 'container'>, string>> = {
  REST: '#3b82c4',
  gRPC: '#d9822b',
  TCP: '#3f9b62',
  WebSocket: '#a060c0',
  SOAP: '#b0556b',
}
export const protocolColor = { domain: Object.keys(protocolColors), range: Object.values(protocolColors) }
const width = 860

type Options = Parameters<typeof Plot.plot>[0]

/** Draws a plot outside of a browser. */
export function svg(options: Options): string {
  const style = { background: 'transparent', fontSize: '12px', overflow: 'visible' }
  return Plot.plot({ document, width, style, marginBottom: 45, ...options }).outerHTML
}

/** The height of a plot with a line of text for each row. */
export const rowsHeight = (rows: number) => rows * 22 + 70
