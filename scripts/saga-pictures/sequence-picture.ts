import type { Flow } from '@polyservice-lab/contracts/order-saga'
import { type Channel, channelsOf } from './asyncapi.ts'
import { arrow, box, colours, label, picture } from './svg.ts'

/** A message of a recorded order. */
export interface RecordedMessage {
  readonly type: string
  /** `/orders` */
  readonly source: string
  /** RFC 3339. */
  readonly time: string
}

const columnWidth = 130
const boxWidth = 112
const rowHeight = 34
const left = 70
const top = 50

/** The messages of one order from top to bottom, between the services that send and hear them. */
export function drawSequence(
  flow: Flow,
  messages: readonly RecordedMessage[],
  channels: readonly Channel[],
): string {
  const used = channelsOf(flow, channels)
  const receiversOf = (type: string) => used.find((channel) => channel.type === type)?.receivers(flow) ?? []
  const told = messages.flatMap(({ source, type }) => [source.slice(1), ...receiversOf(type)])
  const services = [...new Set(told)]
  const centre = (service: string) => left + columnWidth * (services.indexOf(service) + 0.5)
  const height = top + rowHeight * (messages.length + 0.5)
  const width = left + columnWidth * services.length
  const begun = Date.parse(messages[0]?.time ?? '')

  const lifelines = services.map((service) => {
    const x = centre(service)
    const line = `<line x1="${x}" y1="40" x2="${x}" y2="${height}" stroke="${colours.line}" stroke-dasharray="2 4"/>`
    return box(x - boxWidth / 2, 8, boxWidth, 30, service) + line
  })
  const rows = messages.flatMap(({ type, source, time }, i) => {
    const y = top + rowHeight * (i + 0.6)
    const from = centre(source.slice(1))
    const targets = receiversOf(type).map(centre)
    const arrows = targets.map((to) => arrow(from, y, to, y))
    const nearest = targets.toSorted((a, b) => Math.abs(a - from) - Math.abs(b - from))[0] ?? from
    const ms = label(4, y + 4, `${Date.parse(time) - begun} ms`, { anchor: 'start' })
    return [ms, ...arrows, label((from + nearest) / 2, y - 5, type)]
  })
  return picture(`${flow}: the messages of one order`, width, height, [...lifelines, ...rows])
}
