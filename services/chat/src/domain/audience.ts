import type { ChatState } from './chat-state.ts'
import type { ChatEvent, Said } from './commands.ts'

/** A connection of this replica, as the chat knows it. */
export interface Listener {
  readonly id: string
  /** The connection is counted: what it hears comes after this. */
  entered(): void
  /** @param isGuest whether the person is one who has not logged in, and is there nevertheless */
  hear(event: ChatEvent, isGuest: boolean): void
  /** The messages that a person has missed in a room, before the person is a member. */
  replay(missed: readonly Said[]): void
  /** Everything is forgotten, and the person is gone. */
  reset(): void
}

/** What is known of a connection of this replica. The rooms outlive a loss of the shared state. */
export interface Local {
  readonly listener: Listener
  readonly rooms: Set<string>
  name: string | undefined
  isGuest: boolean
}

/** The connections of one replica: which of them hears of what. */
export class Audience {
  readonly locals = new Map<string, Local>()
  readonly #state: ChatState
  readonly #guestRoom: string

  constructor(state: ChatState, guestRoom: string) {
    this.#state = state
    this.#guestRoom = guestRoom
  }

  tell(event: ChatEvent): void {
    switch (event.kind) {
      case 'people':
        this.#hear(this.locals.get(event.person), event)
        break
      case 'told':
        this.#hear(this.locals.get(event.to), event)
        break
      case 'online':
        this.#tellPeople(event, false)
        break
      case 'offline':
        this.#tellPeople(event, false, event.person)
        break
      case 'counted':
        this.#tellPeople(event, true, event.hasCome ? event.person : undefined)
        break
      case 'said':
        this.#tellMembers(event)
        if (event.room === this.#guestRoom) this.#tellPeople(event, true)
        break
      default:
        this.#tellMembers(event, event.kind === 'typing' ? event.person : undefined)
    }
  }

  #tellPeople(event: ChatEvent, isGuest: boolean, except?: string): void {
    for (const [id, local] of this.locals)
      if (local.isGuest === isGuest && id !== except) this.#hear(local, event)
  }

  /** Guests are members who do not hear of what members hear of. */
  #tellMembers(event: ChatEvent & { readonly room: string }, except?: string): void {
    for (const id of this.#state.rooms.get(event.room)?.members ?? []) {
      const local = this.locals.get(id)
      if (local?.isGuest === false && id !== except) this.#hear(local, event)
    }
  }

  #hear(local: Local | undefined, event: ChatEvent): void {
    local?.listener.hear(event, local.isGuest)
  }
}
