// The pictures of the order saga in docs/order-saga: of each flow, who sends what to whom (out of asyncapi.yaml), and the
// messages of one order (out of a recorded run).
//   main.ts                    draws them
//   main.ts --record FLOW      records an order of the lab that runs, in this flow, and draws them
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createLab } from '@polyservice-lab/clients'
import { type Flow, flows } from '@polyservice-lab/contracts/order-saga'
import { readChannels } from './asyncapi.ts'
import { drawFlow } from './flow-picture.ts'
import { drawSequence, type RecordedMessage } from './sequence-picture.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'docs/order-saga')
const recordOf = (flow: Flow) => join(folder, `${flow}.json`)

/** Places one order with a good card, and keeps its messages. */
async function record(flow: Flow): Promise<void> {
  await using lab = createLab()
  const total = { amount: 1999, currency: 'EUR' }
  const { id } = await lab.orders.placeOrder({ customerId: 'ada', total, cardNumber: '4242424242424242' })
  await lab.orders.waitForOrder(id)
  const expected = flow === 'orchestration' ? 9 : 3
  for (;;) {
    const { entries } = await lab.orders.getHistory(id)
    if (entries.length < expected) {
      await new Promise((done) => setTimeout(done, 100))
      continue
    }
    const messages = entries.map(({ type, source, time }): RecordedMessage => ({ type, source, time }))
    writeFileSync(recordOf(flow), `${JSON.stringify(messages, null, 2)}\n`)
    return
  }
}

const [option, name] = process.argv.slice(2)
const flow = flows.find((one) => one === name)
if (option === '--record' && flow !== undefined) await record(flow)
else if (option !== undefined) {
  process.stderr.write(`saga-pictures: not --record ${flows.join(' or ')}\n`)
  process.exit(2)
}

const channels = readChannels(readFileSync(join(root, 'contracts/order-saga/asyncapi.yaml'), 'utf8'))
for (const one of flows) {
  writeFileSync(join(folder, `${one}.svg`), drawFlow(one, channels))
  const messages = JSON.parse(readFileSync(recordOf(one), 'utf8')) as RecordedMessage[]
  writeFileSync(join(folder, `${one}-order.svg`), drawSequence(one, messages, channels))
}
