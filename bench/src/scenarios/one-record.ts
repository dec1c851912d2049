import type { Scenario } from '../scenario.ts'
import type { MeasuredService } from '../services/index.ts'
import { eachProtocol } from './by-protocol.ts'

const record = (text: string) => (service: MeasuredService) => service.getRecord(text)
const small = record('Будем изучать написание API автотестов')

export const oneRecord: Scenario = {
  name: 'one-record',
  title: 'Get one record, over each protocol',
  view: 'protocols',
  cases: [
    ...eachProtocol(small, { name: 'small', concurrency: 16, profile: 'short', parameters: { bytes: 71 } }),
    ...eachProtocol(small, { name: 'small', concurrency: 1, profile: 'full', parameters: { bytes: 71 } }),
    ...eachProtocol(small, { name: 'small', concurrency: 64, profile: 'full', parameters: { bytes: 71 } }),
    ...eachProtocol(small, {
      name: 'small, a connection each',
      concurrency: 16,
      connection: 'per call',
      profile: 'full',
      parameters: { bytes: 71 },
    }),
    ...eachProtocol(record('x'.repeat(1024)), {
      name: '1 KiB',
      concurrency: 16,
      profile: 'full',
      parameters: { bytes: 1024 },
    }),
    ...eachProtocol(record('x'.repeat(65_536)), {
      name: '64 KiB',
      concurrency: 16,
      profile: 'full',
      parameters: { bytes: 65_536 },
    }),
  ],
}
