import { createEchoClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const client = createEchoClient({ host, port, onWire: story.onWire })
  await story.step(
    'send one message, get five replies',
    () => client.echo('hello'),
    (replies) => `${replies.length} replies, the last: ${replies.at(-1)}`,
  )
  await story.mistake('a message of 1 MiB and one byte', 'resource_exhausted', () =>
    client.echo('x'.repeat(1024 * 1024 + 1)),
  )
}
