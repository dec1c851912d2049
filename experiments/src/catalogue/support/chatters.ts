import { setTimeout } from 'node:timers/promises'
import type { ChatAcks, ChatClient, ChatSession, NewMessage } from '@polyservice-lab/clients'
import type { Lane } from '../../runner/lane.ts'

/** How many open their first connection at a time. */
const batch = 50
const pollMs = 20

/** One person who is in a room, and comes back when the connection is lost. */
export class Chatter {
  readonly name: string
  readonly room: string
  readonly session: ChatSession
  readonly heard: NewMessage[] = []
  /** What the rooms said when the person came back last. */
  resumed: readonly ChatAcks['join_room'][] | undefined
  losses = 0
  isConnected = true
  readonly #lane: Lane

  constructor(name: string, room: string, session: ChatSession, lane: Lane) {
    this.name = name
    this.room = room
    this.session = session
    this.#lane = lane
    session.on('new_message', (message) => this.heard.push(message))
    session.on('lost', () => {
      this.losses += 1
      this.isConnected = false
    })
    session.on('resumed', ({ rooms }) => {
      this.resumed = rooms
      this.isConnected = true
    })
  }

  async enter(): Promise<void> {
    await this.session.login(this.name)
    await this.session.join(this.room)
  }

  /** Says something. While the connection is lost, it waits. Resolves with undefined when it was refused. */
  say(text: string): Promise<ChatAcks['send_message'] | undefined> {
    return this.#lane.record(() => this.session.send(this.room, text))
  }
}

export interface ChattersOptions {
  readonly client: ChatClient
  /** Is told of each message. */
  readonly lane: Lane
  readonly count: number
  readonly rooms: number
  /** What their names begin with. */
  readonly name: string
}

/** People who talk in rooms, every second one over Socket.IO. Disposing closes them all. */
export class Chatters implements AsyncDisposable {
  readonly people: readonly Chatter[]

  private constructor(people: readonly Chatter[]) {
    this.people = people
  }

  static async enter({ client, lane, count, rooms, name }: ChattersOptions): Promise<Chatters> {
    const people: Chatter[] = []
    while (people.length < count) {
      const next = Array.from({ length: Math.min(batch, count - people.length) }, async (_person, i) => {
        const number = people.length + i
        const session = await client.connect({ edge: number % 2 === 0 ? 'websocket' : 'socket.io' })
        const chatter = new Chatter(`${name} ${number}`, `room ${number % rooms}`, session, lane)
        await chatter.enter()
        return chatter
      })
      people.push(...(await Promise.all(next)))
    }
    return new Chatters(people)
  }

  get connected(): number {
    return this.people.filter(({ isConnected }) => isConnected).length
  }

  get lost(): number {
    return this.people.filter(({ losses }) => losses > 0).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.people.map(({ session }) => session.close()))
  }
}

/** All messages of a room that are kept, oldest first. */
export async function readRoom(session: ChatSession, room: string): Promise<NewMessage[]> {
  const messages: NewMessage[] = []
  let before: number | undefined
  for (;;) {
    const page = await session.history(room, { limit: 100, ...(before !== undefined && { before }) })
    messages.unshift(...page.messages)
    before = page.messages[0]?.seq
    if (before === undefined || before <= page.first_seq) return messages
    await setTimeout(pollMs)
  }
}
