import { type Flow, isBound, type MessageType, type QueueName } from '@polyservice-lab/contracts/order-saga'
import { parse } from 'yaml'

/** Who sends a type of message, and to whom it goes. */
export interface Channel {
  readonly type: MessageType
  readonly sender: string
  /** The services that hear it in a flow; a history, which hears everything, is left out. */
  receivers(flow: Flow): readonly string[]
}

interface Operation {
  readonly action: 'send' | 'receive'
  readonly channel: { readonly $ref: string }
  readonly tags: readonly { readonly name: string }[]
}

interface Document {
  readonly channels: Readonly<Record<string, { readonly address: string }>>
  readonly operations: Readonly<Record<string, Operation>>
}

/** The channels of an AsyncAPI document of the wing, in its order. */
export function readChannels(text: string): readonly Channel[] {
  const { channels, operations } = parse(text) as Document
  const all = Object.values(operations).map(({ action, channel, tags }) => ({
    action,
    address: channels[channel.$ref.split('/').at(-1) ?? '']?.address ?? '',
    service: tags[0]?.name ?? '',
  }))
  const inboxes = all.filter(({ action, address }) => action === 'receive' && address.endsWith('.inbox'))
  return all
    .filter(({ action }) => action === 'send')
    .map(({ address, service }) => {
      const type = address as MessageType
      return {
        type,
        sender: service,
        receivers: (flow) =>
          inboxes
            .filter((inbox) => isBound(inbox.address as QueueName, flow, type))
            .map((inbox) => inbox.service),
      }
    })
}

/** The channels of one flow: of commands and answers, those that somebody hears in it; of cards, none but in its own. */
export function channelsOf(flow: Flow, channels: readonly Channel[]): readonly Channel[] {
  return channels.filter(({ sender, receivers }) =>
    sender === 'cards' ? flow === 'choreography' : receivers(flow).length > 0,
  )
}
