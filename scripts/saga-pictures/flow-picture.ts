import type { Flow } from '@polyservice-lab/contracts/order-saga'
import { type Channel, channelsOf } from './asyncapi.ts'
import { arrow, box, label, picture } from './svg.ts'

const boxWidth = 120
const width = 640
const rowHeight = 30
const gap = 18

/** Who sends what to whom: a line for each type of message and its receivers, below its sender. */
export function drawFlow(flow: Flow, channels: readonly Channel[]): string {
  const parts: string[] = []
  const bySender = Map.groupBy(channelsOf(flow, channels), ({ sender }) => sender)
  let y = 12
  for (const [sender, sent] of bySender) {
    const top = y
    for (const { type, receivers } of sent) {
      const heard = receivers(flow)
      const middle = y + rowHeight / 2
      parts.push(arrow(boxWidth + 12, middle, width - 300, middle))
      parts.push(label((boxWidth + 12 + width - 300) / 2, middle - 5, type))
      const to = heard.length === 0 ? 'the history' : heard.join(', ')
      parts.push(label(width - 290, middle + 5, to, { anchor: 'start' }))
      y += rowHeight
    }
    parts.push(box(6, top, boxWidth, sent.length * rowHeight, sender))
    y += gap
  }
  if (flow === 'orchestration') {
    parts.push(box(6, y, boxWidth, rowHeight, 'payments'))
    parts.push(arrow(boxWidth + 12, y + rowHeight / 2, width - 300, y + rowHeight / 2))
    parts.push(label((boxWidth + 12 + width - 300) / 2, y + rowHeight / 2 - 5, 'gRPC: Charge, Refund'))
    parts.push(label(width - 290, y + rowHeight / 2 + 5, 'cards', { anchor: 'start' }))
    y += rowHeight + gap
  }
  return picture(`${flow}: who sends what to whom`, width, y, parts)
}
