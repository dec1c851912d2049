import { AppError } from '@polyservice-lab/service-kit/app-error'
import { Audience, type Listener, type Local } from './audience.ts'
import {
  type Applied,
  type ChatLimits,
  type ChatSnapshot,
  ChatState,
  type Joined,
  type Kept,
  type Lobby,
} from './chat-state.ts'
import type { CommandLog, Machine } from './command-log.ts'
import type { Command, Said } from './commands.ts'
import type { Room } from './room.ts'

export interface ChatOptions {
  readonly lobby: Lobby
  readonly limits: ChatLimits
  readonly log: CommandLog
  /** A clock in ms since 1970. */
  readonly now: () => number
  /** Makes an id that there was never before. */
  readonly newId: () => string
}

export interface NewMessage {
  readonly room: string
  readonly text: string
  readonly key?: string | undefined
  readonly shownAt: number | string
}

/** The chat as the connections of one replica use it. */
export class Chat implements Machine {
  readonly replica: string
  readonly #options: ChatOptions
  readonly #state: ChatState
  readonly #audience: Audience
  readonly #locals: Map<string, Local>
  /** Guests that are not counted yet. */
  readonly #entering = new Map<string, Listener>()
  /** The last messages that members have heard, before the log was away. */
  readonly #heard = new Map<string, { readonly epoch: string; readonly after: number }>()
  readonly #goings = new Set<Promise<unknown>>()

  constructor(options: ChatOptions) {
    this.#options = options
    this.replica = options.newId()
    this.#state = new ChatState(options.lobby, options.limits)
    this.#audience = new Audience(this.#state, this.guestRoom)
    this.#locals = this.#audience.locals
  }

  open(): Promise<void> {
    return this.#options.log.open(this)
  }

  /** Resolves when the log knows of all who have gone. */
  async close(): Promise<void> {
    await Promise.all(this.#goings)
    await this.#options.log[Symbol.asyncDispose]()
  }

  get guestRoom(): string {
    return this.#options.lobby[0]
  }

  /** Why nobody can do anything now, if so. */
  get problem(): string | undefined {
    return this.#options.log.problem
  }

  async reset(): Promise<void> {
    await this.#append(this.#reset)
  }

  /** Lets a connection listen, which nobody sees before its login. */
  enter(listener: Listener): void {
    this.#locals.set(listener.id, { listener, rooms: new Set(), name: undefined, isGuest: false })
    listener.entered()
  }

  /** Lets a connection in as a guest. */
  async enterAsGuest(listener: Listener): Promise<void> {
    const { id } = listener
    this.#entering.set(id, listener)
    const name = `guest-${id.slice(0, 8)}`
    await this.#append({ kind: 'come', person: id, name, isGuest: true, replica: this.replica })
  }

  /** The connection is no more. */
  exit({ id }: Listener): void {
    this.#locals.delete(id)
    this.#entering.delete(id)
    if (this.#state.people.has(id)) this.#go(id)
  }

  async login({ id }: Listener, name: string): Promise<{ readonly id: string; readonly name: string }> {
    await this.#append({ kind: 'come', person: id, name, isGuest: false, replica: this.replica })
    return { id, name }
  }

  /** @throws AppError unauthenticated for who is no person; or is a guest, where guests may not */
  assertPerson({ id }: Listener, mayBeGuest: boolean): void {
    const local = this.#locals.get(id)
    if (local?.name === undefined || (local.isGuest && !mayBeGuest))
      throw new AppError('unauthenticated', 'not logged in')
  }

  async join({ id }: Listener, room: string, after?: number, epoch?: string): Promise<Joined> {
    const newEpoch = this.#options.newId()
    const { joined } = await this.#append({ kind: 'join', person: id, room, after, epoch, newEpoch })
    return joined as Joined
  }

  async leave({ id }: Listener, room: string): Promise<void> {
    await this.#append({ kind: 'leave', person: id, room, at: this.#options.now() })
  }

  async say({ id }: Listener, message: NewMessage): Promise<Kept> {
    const { kept } = await this.#append({ kind: 'say', person: id, at: this.#options.now(), ...message })
    return kept as Kept
  }

  async type({ id }: Listener, room: string, isTyping: boolean): Promise<void> {
    await this.#append({ kind: 'type', person: id, room, isTyping })
  }

  async tell({ id }: Listener, to: string, text: string, shownAt: number | string): Promise<void> {
    await this.#append({ kind: 'tell', person: id, to, text, shownAt })
  }

  /** The newest messages of a room before a number, oldest first. */
  history(id: string, before: number, limit: number): { room: Room; messages: readonly Said[] } {
    if (this.problem !== undefined) throw new AppError('unavailable', this.problem)
    const room = this.#state.rooms.get(id)
    if (room === undefined) throw new AppError('not_found', 'room', { reason: 'room' })
    return { room, messages: room.before(before, limit) }
  }

  // The machine of the log.

  get snapshot(): ChatSnapshot {
    return this.#state.snapshot
  }

  get newborn(): ChatSnapshot {
    if (this.#state.rooms.size > 0) return this.#state.bereft(this.#options.newId)
    const state = new ChatState(this.#options.lobby, this.#options.limits)
    state.apply(this.#reset)
    return state.snapshot
  }

  get #reset(): Command {
    return { kind: 'reset', epochs: this.#options.lobby.map(() => this.#options.newId()) }
  }

  restore(snapshot: ChatSnapshot): void {
    this.#rememberHeard()
    for (const event of this.#state.changeTo(snapshot)) this.#audience.tell(event)
  }

  apply(command: Command): Applied {
    if (command.kind === 'lose' && command.replica === this.replica) this.#rememberHeard()
    const applied = this.#state.apply(command)
    if (applied.refusal !== undefined) return applied
    if (command.kind === 'join') {
      const local = this.#locals.get(command.person)
      local?.rooms.add(command.room)
      if (applied.joined?.wasMember === false) local?.listener.replay(applied.joined.missed)
    }
    if (command.kind === 'leave') this.#locals.get(command.person)?.rooms.delete(command.room)
    if (command.kind === 'come') this.#named(command.person, command.name, command.isGuest)
    for (const event of applied.events) this.#audience.tell(event)
    if (command.kind === 'come' && command.replica === this.replica) this.#came(command.person)
    if (command.kind === 'lose' && command.replica === this.replica) this.resumed()
    if (command.kind === 'reset') this.#wasReset()
    return applied
  }

  /** Makes the log know those who are here, and forget those who are not. */
  resumed(): void {
    for (const { id, replica } of this.#state.people.values())
      if (replica === this.replica && !this.#locals.has(id)) this.#go(id)
    for (const [person, local] of this.#locals) this.#restateLocal(person, local)
    this.#heard.clear()
  }

  #rememberHeard(): void {
    if (this.#heard.size > 0) return
    for (const { id, epoch, lastSeq } of this.#state.rooms.values())
      this.#heard.set(id, { epoch, after: lastSeq })
  }

  #restateLocal(person: string, { name, isGuest, rooms }: Local): void {
    if (name === undefined) return
    const known = this.#state.people.get(person)
    if (known?.name !== name || known.isGuest !== isGuest)
      this.#restate({ kind: 'come', person, name, isGuest, replica: this.replica })
    if (isGuest) return
    for (const room of rooms)
      if (known?.rooms.has(room) !== true)
        this.#restate({
          kind: 'join',
          person,
          room,
          ...this.#heard.get(room),
          newEpoch: this.#options.newId(),
        })
    for (const room of known?.rooms ?? [])
      if (!rooms.has(room)) this.#restate({ kind: 'leave', person, room, at: this.#options.now() })
  }

  /** @throws AppError of what was refused */
  async #append(command: Command): Promise<Applied> {
    const applied = await this.#options.log.append(command)
    if (applied.refusal !== undefined) throw applied.refusal
    return applied
  }

  /** What cannot be appended now is, when the log has resumed. */
  #restate(command: Command): void {
    const done = this.#append(command)
      .catch(() => {})
      .finally(() => this.#goings.delete(done))
    this.#goings.add(done)
  }

  #go(person: string): void {
    this.#restate({ kind: 'go', person, at: this.#options.now() })
  }

  #named(id: string, name: string, isGuest: boolean): void {
    const local = this.#locals.get(id)
    if (local === undefined) return
    if (local.isGuest && !isGuest) local.rooms.clear()
    local.name = name
    local.isGuest = isGuest
  }

  /** A guest hears of nothing that was before; who has gone meanwhile is told to be gone. */
  #came(id: string): void {
    const listener = this.#entering.get(id)
    if (listener !== undefined) {
      const { name } = this.#state.people.get(id) ?? {}
      this.#locals.set(id, { listener, rooms: new Set(), name, isGuest: true })
      this.#entering.delete(id)
      listener.entered()
    }
    if (!this.#locals.has(id)) this.#go(id)
  }

  #wasReset(): void {
    const locals = [...this.#locals.values()]
    this.#locals.clear()
    for (const { listener } of locals) listener.reset()
  }
}
