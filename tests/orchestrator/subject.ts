import { createOrchestratorClient } from '@polyservice-lab/clients'
import type { Subject } from '../support/subject.ts'

export const subject: Subject = {
  // What it keeps comes from the broker.
  durable: false,
  badEnvironment: [
    ['STEP_TIMEOUT_MS', '0'],
    ['STEP_TRIES_MAX', 'many'],
    ['FLOW', 'dance'],
  ],
  call: (address) => createOrchestratorClient(address).listSagas(),
  refused: { code: 'not_found', call: (address) => createOrchestratorClient(address).getSaga('nothing') },
  kept: async () => [],
  // No request has a body.
  unfinished: undefined,
  crowd: {
    hello: Buffer.from('GET /sagas HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
