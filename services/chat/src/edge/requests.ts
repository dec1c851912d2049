import {
  type ChatAcks,
  type ChatRequestName,
  chatRequests,
  codePoints,
  type RequestLimits,
} from '@polyservice-lab/contracts/chat'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { z } from 'zod'
import type { Listener } from '../domain/audience.ts'
import type { Chat } from '../domain/chat.ts'
import type { Kept } from '../domain/chat-state.ts'
import type { Room } from '../domain/room.ts'
import { malformed } from './errors.ts'
import { newMessage } from './frames.ts'

export interface RequestOptions extends RequestLimits {
  readonly messageCharsMax: number
  readonly chat: Chat
  readonly now: () => number
}

/** What the plain edge does otherwise than the other one. */
export interface Dialect {
  /** Whether clients may give a time of their own, and are given seconds. */
  readonly isPlain: boolean
}

type Schemas = ReturnType<typeof chatRequests>
type Fields<Name extends ChatRequestName> = z.output<Schemas[Name]>
type Acts = {
  readonly [Name in ChatRequestName]: (
    listener: Listener,
    fields: Fields<Name>,
    dialect: Dialect,
  ) => Promise<ChatAcks[Name]>
}

const forGuests: readonly string[] = ['login', 'private_message', 'chat_message']

/** The requests that clients make, on both edges. */
export class Requests {
  readonly #options: RequestOptions
  readonly #schemas: Schemas
  readonly #acts: Acts

  constructor(options: RequestOptions) {
    this.#options = options
    this.#schemas = chatRequests(options)
    this.#acts = acts(options)
  }

  /** The name of a request as metrics tell it. */
  nameOf(type: unknown, { isPlain }: Dialect): ChatRequestName | undefined {
    if (typeof type !== 'string' || !Object.hasOwn(this.#schemas, type)) return undefined
    return type === 'chat_message' && !isPlain ? undefined : (type as ChatRequestName)
  }

  /**
   * Checks the fields of a request and carries it out.
   * @param isAnswered whether the client hears what it gives
   * @throws AppError
   */
  async carryOut(
    name: ChatRequestName,
    listener: Listener,
    given: unknown,
    dialect: Dialect & { readonly isAnswered: boolean },
  ): Promise<ChatAcks[ChatRequestName]> {
    // Only the plain edge knows times of its clients.
    const fields = dialect.isPlain ? given : { ...(given as object), timestamp: undefined }
    const { success, data, error } = this.#schemas[name].safeParse(fields)
    if (!success) {
      const [issue] = error.issues
      throw malformed(`${issue?.path.join('.') || 'the fields'}: ${issue?.message}`)
    }
    if (name === 'history' && !dialect.isAnswered) throw malformed('id: history needs one, or a callback')
    this.#checkLength(data)
    if (name !== 'login') this.#options.chat.assertPerson(listener, forGuests.includes(name))
    return this.#acts[name](listener, data as never, dialect)
  }

  #checkLength(fields: object): void {
    const { messageCharsMax } = this.#options
    for (const name of ['text', 'message'] as const) {
      const text = (fields as Partial<Record<typeof name, string>>)[name] ?? ''
      if (text.length > messageCharsMax && codePoints(text) > messageCharsMax)
        throw new AppError('resource_exhausted', `${name}: more than ${messageCharsMax} characters`, {
          reason: 'too_long',
        })
    }
  }
}

function acts({ chat, now }: RequestOptions): Acts {
  const shownAt = ({ isPlain }: Dialect, own: number | string | null | undefined) =>
    isPlain ? (own ?? now() / 1000) : now()
  return {
    async login(listener, { username }) {
      const { id, name } = await chat.login(listener, username)
      return { user_id: id, username: name }
    },
    async join_room(listener, { room_id, after, epoch }) {
      const { room, missed, isComplete } = await chat.join(listener, room_id, after, epoch)
      return { ...roomFacts(room), replayed: missed.length, complete: isComplete }
    },
    async leave_room(listener, { room_id }) {
      await chat.leave(listener, room_id)
      return { room_id }
    },
    async send_message(listener, { room_id, message, key }) {
      return sent(await chat.say(listener, { room: room_id, text: message, key, shownAt: now() }))
    },
    async typing(listener, { room_id, typing }) {
      await chat.type(listener, room_id, typing)
      return { room_id }
    },
    async history(_listener, { room_id, before = Number.POSITIVE_INFINITY, limit }) {
      const { room, messages } = chat.history(room_id, before, limit)
      return { ...roomFacts(room), messages: messages.map(newMessage) }
    },
    async private_message(listener, { to, text, timestamp }, dialect) {
      await chat.tell(listener, to, text, shownAt(dialect, timestamp))
      return { to }
    },
    async chat_message(listener, { text, timestamp }, dialect) {
      const message = { room: chat.guestRoom, text, shownAt: shownAt(dialect, timestamp) }
      return sent(await chat.say(listener, message))
    },
  }
}

function roomFacts({ id, epoch, firstSeq, lastSeq }: Room) {
  return { room_id: id, epoch, first_seq: firstSeq, last_seq: lastSeq }
}

function sent({ message, isRepeated }: Kept) {
  const { room, seq, epoch, at } = message
  return { room_id: room, seq, epoch, timestamp: at / 1000, repeated: isRepeated }
}
