import { type ChatSession, type ChatSessionEvents, createChatClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import { layCable } from '../cable.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const room = `demo-${crypto.randomUUID().slice(0, 8)}`
  await using cable = await layCable({ host, port })
  const retries = { delayMs: 200, delayMsMax: 400, retriesMax: 100 }
  const options = { retries, onWire: story.onWire }
  await using ada = await createChatClient({ ...options, host, port }).connect()
  await using bob = await createChatClient({ ...options, ...cable }).connect({ edge: 'socket.io' })
  const heardByBob: string[] = []
  bob.on('new_message', ({ message }) => heardByBob.push(message))

  await story.step(
    'Ada logs in over plain WebSocket',
    () => ada.login('Ada'),
    ({ username, user_id }) => `${username} is ${user_id}`,
  )
  await story.step('Bob logs in over Socket.IO, and Ada is told', () => bothSee(ada, bob), describePerson)
  await story.step(
    'both join a room',
    () => Promise.all([ada.join(room), bob.join(room)]),
    ([{ room_id, epoch }]) => `${room_id}, whose numbers have the epoch ${epoch}`,
  )
  await story.step(
    'Ada says something, and Bob hears it on the other protocol',
    () => said(ada, bob, room, 'Do you hear me, Bob?'),
    ({ username, message, seq }) => `number ${seq}, ${username}: ${message}`,
  )
  await story.step(
    'Bob answers in private',
    async () => {
      const told = next(ada, 'private_message')
      await bob.tell(ada.id, 'Loud and clear.')
      return told
    },
    ({ username, text }) => `${username}, to Ada alone: ${text}`,
  )
  await story.step(
    'the network cuts Bob off, while Ada goes on',
    async () => {
      const gone = next(ada, 'user_offline')
      cable.pull()
      await gone
      for (const text of ['Bob?', 'He must have lost his network.']) await ada.send(room, text)
      return heardByBob.length
    },
    (heard) => `Ada is told that Bob has gone; Bob has heard ${heard} message`,
  )
  await story.step(
    'Bob comes back by himself, and is told what he has missed',
    async () => {
      const resumed = next(bob, 'resumed')
      cable.plug()
      return resumed
    },
    ({ rooms: [joined] }) =>
      `${joined?.replayed} messages replayed, complete: ${joined?.complete}; Bob has heard: ${heardByBob.join(' · ')}`,
  )
  await story.step(
    'a message whose ack was lost is sent again under its key, and is there once',
    async () => {
      await bob.send(room, 'I am back.', 'my-key')
      return bob.send(room, 'I am back.', 'my-key')
    },
    ({ seq, repeated }) => `number ${seq}, repeated: ${repeated}`,
  )
  await story.mistake('a message of 4,001 characters', 'resource_exhausted', () =>
    ada.send(room, 'x'.repeat(4_001)),
  )
}

/** The next event of a name that a session hears. */
function next<Name extends keyof ChatSessionEvents>(
  session: ChatSession,
  name: Name,
): Promise<ChatSessionEvents[Name]> {
  return new Promise((resolve) => {
    const stop = session.on(name, (event) => {
      stop()
      resolve(event)
    })
  })
}

async function bothSee(ada: ChatSession, bob: ChatSession) {
  const seen = next(ada, 'user_online')
  await bob.login('Bob')
  return seen
}

function describePerson({ username, user_id }: { username: string; user_id: string }): string {
  return `${username} is ${user_id}`
}

async function said(speaker: ChatSession, listener: ChatSession, room: string, text: string) {
  const heard = next(listener, 'new_message')
  await speaker.send(room, text)
  return heard
}
