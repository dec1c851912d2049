import type { Scenario } from '../scenario.ts'
import { eachProtocol, getItems } from './by-protocol.ts'

export const manyItems: Scenario = {
  name: 'many-items',
  title: 'Send one and get many, over each protocol',
  view: 'protocols',
  cases: [
    ...eachProtocol(getItems(5), {
      name: '5 items',
      concurrency: 16,
      profile: 'full',
      parameters: { items: 5 },
    }),
    ...eachProtocol(getItems(10_000), {
      name: '10,000 items',
      concurrency: 4,
      calls: 40,
      profile: 'full',
      parameters: { items: 10_000 },
    }),
  ],
}
