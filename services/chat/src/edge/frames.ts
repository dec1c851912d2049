import type { ChatEvents, ClassicEvents, NewMessage } from '@polyservice-lab/contracts/chat'
import type { ChatEvent, Said } from '../domain/commands.ts'

/** Writes an event as one edge sends it. */
export type WriteEvent = (name: string, fields: object) => string

/** Events as text frames of an edge, each written once, however many people hear of it. */
export class Frames {
  readonly write: WriteEvent
  readonly #forPeople = new WeakMap<ChatEvent, string>()
  readonly #forGuests = new WeakMap<ChatEvent, string>()

  constructor(write: WriteEvent) {
    this.write = write
  }

  of(event: ChatEvent, isGuest: boolean): string {
    const written = isGuest ? this.#forGuests : this.#forPeople
    let frame = written.get(event)
    if (frame === undefined) {
      const [name, fields] = isGuest ? classicEvent(event) : roomsEvent(event)
      frame = this.write(name, fields)
      written.set(event, frame)
    }
    return frame
  }
}

type Named<Events> = { [Name in keyof Events & string]: [name: Name, fields: Events[Name]] }[keyof Events &
  string]

/** A message of a room, with the server's time. */
export function newMessage({ person, name, text, at, room, seq, epoch, key }: Said): NewMessage {
  const fields = { user_id: person, username: name, message: text, timestamp: at / 1000 }
  return { ...fields, room_id: room, seq, epoch, ...(key !== undefined && { key }) }
}

function roomsEvent(event: ChatEvent): Named<ChatEvents> {
  switch (event.kind) {
    case 'online':
      return ['user_online', { user_id: event.person, username: event.name }]
    case 'offline':
    case 'counted':
      return ['user_offline', { user_id: event.person }]
    case 'people':
      return ['active_users', { users: Object.fromEntries(event.names) }]
    case 'joined':
      return ['user_joined', member(event)]
    case 'left':
      return ['user_left', member(event)]
    case 'typing': {
      const { person, name, isTyping, room } = event
      return ['user_typing', { user_id: person, username: name, typing: isTyping, room_id: room }]
    }
    case 'told': {
      const { person, name, text, shownAt } = event
      return ['private_message', { from: person, username: name, text, timestamp: shownAt }]
    }
    case 'said':
      return ['new_message', newMessage(event)]
  }
}

function member({ person, name, room }: { person: string; name: string; room: string }) {
  return { user_id: person, username: name, room_id: room }
}

/** Guests hear who comes and goes, what is said in their room, and what is told to them. */
function classicEvent(event: ChatEvent): Named<ClassicEvents> {
  if (event.kind === 'counted') {
    const fields = { client_id: event.person, active_users: event.count }
    return [event.hasCome ? 'user_connected' : 'user_disconnected', fields]
  }
  if (event.kind !== 'said' && event.kind !== 'told') throw new Error(`guests do not hear of ${event.kind}`)
  const fields = { from: event.person, text: event.text, timestamp: event.shownAt }
  return [event.kind === 'said' ? 'chat_message' : 'private_message', fields]
}
