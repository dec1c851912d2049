import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { ChatEvent, Come, Command, Join, Said, Say, Tell } from './commands.ts'
import { type HistoryLimits, Room, type RoomState } from './room.ts'

export interface ChatLimits extends HistoryLimits {
  readonly roomsPerClientMax: number
  readonly roomsMax: number
}

/** A connection that the others see. */
export interface Person {
  readonly id: string
  readonly name: string
  /** The person is there without a login. */
  readonly isGuest: boolean
  /** The replica that the connection belongs to. */
  readonly replica: string
  readonly rooms: Set<string>
}

/** How a person was let into a room, and the messages that it has missed. */
export interface Joined {
  readonly room: Room
  readonly wasMember: boolean
  readonly missed: readonly Said[]
  readonly isComplete: boolean
}

/** What a message became. */
export interface Kept {
  readonly message: Said
  /** There was a message of that key already. */
  readonly isRepeated: boolean
}

/** What a command led to. */
export interface Applied {
  readonly events: readonly ChatEvent[]
  readonly joined?: Joined
  readonly kept?: Kept
  /** Why nothing has changed. */
  readonly refusal?: AppError
}

/** The chat as plain data. */
export interface ChatSnapshot {
  readonly people: readonly (Omit<Person, 'rooms'> & { readonly rooms: readonly string[] })[]
  readonly rooms: readonly RoomState[]
}

/** Rooms that are always there, the first one that of guests. */
export type Lobby = readonly [guests: string, ...others: string[]]

/** People, rooms and messages. It changes by commands alone, so that replicas with the same commands are alike. */
export class ChatState {
  readonly #people = new Map<string, Person>()
  readonly #rooms = new Map<string, Room>()
  readonly #lobby: Lobby
  readonly #limits: ChatLimits

  constructor(lobby: Lobby, limits: ChatLimits) {
    this.#lobby = lobby
    this.#limits = limits
  }

  get people(): ReadonlyMap<string, Person> {
    return this.#people
  }

  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms
  }

  get snapshot(): ChatSnapshot {
    return {
      people: Array.from(this.#people.values(), (person) => ({ ...person, rooms: [...person.rooms] })),
      rooms: Array.from(this.#rooms.values(), ({ state }) => state),
    }
  }

  /** The same people in the same rooms, which begin anew: all messages are lost. @param newEpoch one for each room */
  bereft(newEpoch: () => string): ChatSnapshot {
    const { people, rooms } = this.snapshot
    return { people, rooms: rooms.map((room) => ({ ...room, epoch: newEpoch(), lastSeq: 0, messages: [] })) }
  }

  restore({ people, rooms }: ChatSnapshot): void {
    this.#people.clear()
    this.#rooms.clear()
    for (const room of rooms) this.#rooms.set(room.id, new Room(room, this.#limits))
    for (const person of people) {
      this.#people.set(person.id, { ...person, rooms: new Set(person.rooms) })
      for (const room of person.rooms) this.#rooms.get(room)?.members.add(person.id)
    }
  }

  /** Restores a snapshot; returns what has happened between the state before and this one. */
  changeTo(snapshot: ChatSnapshot): ChatEvent[] {
    const before = this.snapshot
    this.restore(snapshot)
    const known = new Map(before.people.map((person) => [person.id, person]))
    const gone = before.people.filter(({ id }) => !this.#people.has(id))
    return [
      ...gone.flatMap((person) => [...leftAll(person, person.rooms), ...this.#offline(person.id)]),
      ...[...this.#people.values()].flatMap((person) => this.#since(known.get(person.id), person)),
      ...before.rooms.flatMap(({ id, epoch, lastSeq }) => {
        const room = this.#rooms.get(id)
        return room?.epoch === epoch ? room.after(lastSeq) : []
      }),
    ]
  }

  /** What has happened to a person who is there now. */
  #since(before: ChatSnapshot['people'][number] | undefined, { id, name, rooms }: Person): ChatEvent[] {
    const knownRooms = before?.rooms ?? []
    const online: ChatEvent = { kind: 'online', person: id, name }
    const renamed: ChatEvent[] = before === undefined ? [online] : [{ kind: 'offline', person: id }, online]
    return [
      ...leftAll(
        { id, name },
        knownRooms.filter((room) => !rooms.has(room)),
      ),
      ...(before?.name === name ? [] : renamed),
      ...[...rooms]
        .filter((room) => !knownRooms.includes(room))
        .map((room): ChatEvent => ({ kind: 'joined', person: id, name, room })),
      ...(before === undefined ? [this.#counted(id, true)] : []),
    ]
  }

  apply(command: Command): Applied {
    switch (command.kind) {
      case 'come':
        return { events: this.#come(command) }
      case 'go':
        return { events: this.#go(command.person, command.at) }
      case 'lose': {
        const lost = [...this.#people.values()].filter(({ replica }) => replica === command.replica)
        return { events: lost.flatMap(({ id }) => this.#go(id, command.at)) }
      }
      case 'reset':
        this.#reset(command.epochs)
        return { events: [] }
      default: {
        const person = this.#people.get(command.person)
        // Told to be gone by another replica; its own announces the person anew.
        if (person === undefined) return refused('unavailable', 'not_announced')
        return this.#act(person, command)
      }
    }
  }

  #act(person: Person, command: Exclude<Command, { kind: 'come' | 'go' | 'lose' | 'reset' }>): Applied {
    if (command.kind === 'tell') return this.#tell(person, command)
    if (command.kind === 'join') return this.#join(person, command)
    if (command.kind === 'leave') return { events: this.#leave(person, command.room, command.at) }
    const room = this.#rooms.get(command.room)
    if (room === undefined) return refused('not_found', 'room')
    if (command.kind === 'say') return say(person, room, command)
    const { isTyping } = command
    return { events: [{ kind: 'typing', person: person.id, name: person.name, room: room.id, isTyping }] }
  }

  #come({ person: id, name, isGuest, replica }: Come): ChatEvent[] {
    const before = this.#people.get(id)
    const online: ChatEvent = { kind: 'online', person: id, name }
    if (isGuest) {
      const [room] = this.#lobby
      this.#people.set(id, { id, name, isGuest, replica, rooms: new Set([room]) })
      this.#rooms.get(room)?.members.add(id)
      return [online, { kind: 'joined', person: id, name, room }, this.#counted(id, true)]
    }
    const events: ChatEvent[] = []
    if (before?.isGuest === true) {
      for (const room of before.rooms) events.push(...this.#leave(before, room, 0))
      before.rooms.clear()
    }
    const rooms = before?.rooms ?? new Set<string>()
    this.#people.set(id, { id, name, isGuest, replica, rooms })
    if (before?.name !== name) {
      if (before !== undefined) events.push({ kind: 'offline', person: id })
      events.push(online)
    }
    if (before === undefined) events.push(this.#counted(id, true))
    const names = new Map(Array.from(this.#people.values(), (one) => [one.id, one.name]))
    return [...events, { kind: 'people', person: id, names }]
  }

  #go(id: string, at: number): ChatEvent[] {
    const person = this.#people.get(id)
    if (person === undefined) return []
    this.#people.delete(id)
    const left = [...person.rooms].flatMap((room) => this.#leave(person, room, at))
    return [...left, ...this.#offline(id)]
  }

  #offline(id: string): ChatEvent[] {
    return [{ kind: 'offline', person: id }, this.#counted(id, false)]
  }

  #counted(person: string, hasCome: boolean): ChatEvent {
    return { kind: 'counted', person, hasCome, count: this.#people.size }
  }

  #join(person: Person, { room: id, after, epoch, newEpoch }: Join): Applied {
    const known = this.#rooms.get(id)
    if (known !== undefined && person.rooms.has(id))
      return { events: [], joined: { room: known, wasMember: true, missed: [], isComplete: true } }
    if (person.rooms.size >= this.#limits.roomsPerClientMax) return refused('resource_exhausted', 'rooms')
    if (known === undefined && !this.#makeRoom()) return refused('resource_exhausted', 'rooms')
    const room = known ?? new Room({ id, epoch: newEpoch, emptySince: 0 }, this.#limits)
    this.#rooms.set(id, room)
    room.members.add(person.id)
    person.rooms.add(id)
    const replay = after === undefined ? { missed: [], isComplete: true } : missedSince(room, after, epoch)
    return {
      events: [{ kind: 'joined', person: person.id, name: person.name, room: id }],
      joined: { room, wasMember: false, ...replay },
    }
  }

  /** Where there are as many rooms as there may be, forgets the one that has been empty for longest. */
  #makeRoom(): boolean {
    if (this.#rooms.size < this.#limits.roomsMax) return true
    const empty = [...this.#rooms.values()].filter(
      ({ id, members }) => members.size === 0 && !this.#lobby.includes(id),
    )
    const [oldest, ...others] = empty
    if (oldest === undefined) return false
    const longest = others.reduce((one, other) => (other.emptySince < one.emptySince ? other : one), oldest)
    return this.#rooms.delete(longest.id)
  }

  #leave(person: Person, id: string, at: number): ChatEvent[] {
    const room = this.#rooms.get(id)
    if (room === undefined || !room.members.delete(person.id)) return []
    person.rooms.delete(id)
    if (room.members.size === 0) room.emptySince = at
    return [{ kind: 'left', person: person.id, name: person.name, room: id }]
  }

  #tell({ id, name }: Person, { to, text, shownAt }: Tell): Applied {
    if (!this.#people.has(to)) return refused('not_found', 'person')
    return { events: [{ kind: 'told', to, person: id, name, text, shownAt }] }
  }

  #reset(epochs: readonly string[]): void {
    const rooms = this.#lobby.map((id, i) => ({ id, epoch: epochs[i] ?? '', emptySince: 0, lastSeq: 0 }))
    this.restore({ people: [], rooms: rooms.map((room) => ({ ...room, messages: [] })) })
  }
}

function leftAll({ id, name }: Pick<Person, 'id' | 'name'>, rooms: readonly string[]): ChatEvent[] {
  return rooms.map((room) => ({ kind: 'left', person: id, name, room }))
}

function refused(code: 'unavailable' | 'not_found' | 'resource_exhausted', reason: string): Applied {
  return { events: [], refusal: new AppError(code, reason, { reason }) }
}

function say({ id, name }: Person, room: Room, { text, key, at, shownAt }: Say): Applied {
  const kept = key === undefined ? undefined : room.ofKey(key)
  if (kept !== undefined) return { events: [], kept: { message: kept, isRepeated: true } }
  const message = room.add({ person: id, name, text, key, at, shownAt })
  return { events: [message], kept: { message, isRepeated: false } }
}

function missedSince(room: Room, after: number, epoch: string | undefined) {
  if ((epoch !== undefined && epoch !== room.epoch) || after > room.lastSeq)
    return { missed: room.after(0), isComplete: false }
  return { missed: room.after(after), isComplete: room.firstSeq <= after + 1 }
}
