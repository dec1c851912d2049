import type { Scenario } from '../scenario.ts'
import { eachProtocol } from './by-protocol.ts'

const sentence = 'Name the four call kinds of gRPC'

export const manyItems: Scenario = {
  name: 'many-items',
  title: 'Send one and get many, over each protocol',
  view: 'protocols',
  cases: [
    ...eachProtocol((service) => service.getItems(5, sentence), {
      name: '5 items',
      concurrency: 16,
      profile: 'full',
      parameters: { items: 5 },
    }),
    ...eachProtocol((service) => service.getItems(10_000, sentence), {
      name: '10,000 items',
      concurrency: 4,
      calls: 40,
      profile: 'full',
      parameters: { items: 10_000 },
    }),
  ],
}
