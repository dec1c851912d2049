import { createHistoryClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const client = createHistoryClient({ host, port, onWire: story.onWire })
  const describe = (history: readonly string[]) =>
    `${history.length} in the history, the last: ${history.at(-1)}`
  await story.step('leave a message, get the whole history', () => client.send('first light'), describe)
  await story.step('leave another', () => client.send('second thought'), describe)
  await story.mistake('a message of 64 KiB and one byte', 'resource_exhausted', () =>
    client.send('x'.repeat(64 * 1024 + 1)),
  )
}
