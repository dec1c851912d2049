import {
  delayName,
  exchanges,
  type Flow,
  keysOf,
  otherKeysOf,
  queueArguments,
  queueNames,
} from '@polyservice-lab/contracts/order-saga'
import type { Channel, ChannelModel } from 'amqplib'
import { withDeadline } from './deadline.ts'

/** A broker that has just started declares slowly. */
const declareTimeoutMs = 30_000

/** Declares all exchanges, queues and bindings of a flow, and takes away the bindings of the other one. */
export async function declareTopology(
  model: ChannelModel,
  flow: Flow,
  delaysMs: readonly number[],
): Promise<void> {
  const channel = await withDeadline(model.createChannel(), 'opening a channel')
  // The channel closes with its connection, or at a declaration that is refused: the call then says so.
  channel.on('error', () => {})
  await withDeadline(declare(channel, flow, delaysMs), 'declaring the topology', declareTimeoutMs)
  await withDeadline(channel.close(), 'closing a channel')
}

async function declare(channel: Channel, flow: Flow, delaysMs: readonly number[]): Promise<void> {
  const durable = { durable: true }
  await channel.assertExchange(exchanges.messages, 'topic', durable)
  await channel.assertExchange(exchanges.dead, 'fanout', durable)
  await channel.assertQueue(exchanges.dead, { ...durable, arguments: queueArguments.dead })
  await channel.bindQueue(exchanges.dead, exchanges.dead, '')
  // Before the delay queues: a message whose queue is not there when its time is over waits for minutes.
  for (const queue of queueNames) {
    await channel.assertQueue(queue, { ...durable, arguments: queueArguments.inbox })
    for (const key of keysOf(queue, flow)) await channel.bindQueue(queue, exchanges.messages, key)
    for (const key of otherKeysOf(queue, flow)) await channel.unbindQueue(queue, exchanges.messages, key)
  }
  for (const delayMs of new Set(delaysMs)) {
    const name = delayName(delayMs)
    await channel.assertExchange(name, 'fanout', durable)
    await channel.assertQueue(name, { ...durable, arguments: queueArguments.delay(delayMs) })
    await channel.bindQueue(name, name, '')
  }
}
