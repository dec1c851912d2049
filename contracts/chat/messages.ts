import { z } from 'zod'

export interface RequestLimits {
  readonly nameCharsMax: number
  readonly roomIdCharsMax: number
}

const avatarCharsMax = 200
const shortCharsMax = 64
const historyMax = 100
const historyDefault = 50

/** Unicode Cc, and the controls that turn the direction of text. */
const controls = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** The length of a text in code points. */
export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** A text within a number of code points; the count is not made where it cannot matter. */
function within(max: number, min = 0) {
  const fits = (text: string) =>
    text.length >= min && (text.length <= max || (text.length <= 2 * max && codePoints(text) <= max))
  return z.string().refine(fits, `${min} to ${max} characters`)
}

/** What a client chose for its request, and its answer carries. */
export const requestId = z.union([
  z.string().min(1).max(shortCharsMax),
  z.int().min(0).max(Number.MAX_SAFE_INTEGER),
])

/** The fields of every request, by its name: on both edges but for chat_message, which is of the plain edge. */
export function chatRequests({ nameCharsMax, roomIdCharsMax }: RequestLimits) {
  const hasNoControl = (text: string) => !controls.test(text)
  const without = 'no control characters and no bidirectional controls'
  const room = { room_id: within(roomIdCharsMax, 1).refine(hasNoControl, without) }
  const timestamp = z.union([z.number(), within(shortCharsMax)]).nullish()
  const username = z.string().trim().pipe(within(nameCharsMax, 1).refine(hasNoControl, without))
  return {
    login: z.object({ username, avatar: within(avatarCharsMax).optional() }),
    join_room: z.object({
      ...room,
      after: z.int().min(0).optional(),
      epoch: within(shortCharsMax, 1).optional(),
    }),
    leave_room: z.object(room),
    send_message: z.object({ ...room, message: z.string(), key: within(shortCharsMax, 1).optional() }),
    typing: z.object({ ...room, typing: z.boolean() }),
    history: z.object({
      ...room,
      before: z.int().min(1).optional(),
      limit: z.int().min(1).max(historyMax).default(historyDefault),
    }),
    private_message: z.object({ to: z.string(), text: z.string(), timestamp }),
    chat_message: z.object({ text: z.string(), timestamp }),
  }
}

type Schemas = ReturnType<typeof chatRequests>

export type ChatRequestName = keyof Schemas

/** The requests as they are sent. */
export type ChatRequests = { readonly [Name in ChatRequestName]: Readonly<z.input<Schemas[Name]>> }

export type RequestId = z.infer<typeof requestId>

/** A message of a room. */
export interface NewMessage {
  readonly user_id: string
  readonly username: string
  readonly message: string
  /** Seconds since 1970, with a fraction. */
  readonly timestamp: number
  readonly room_id: string
  readonly seq: number
  readonly epoch: string
  readonly key?: string | undefined
}

interface Member {
  readonly user_id: string
  readonly username: string
  readonly room_id: string
}

/** What people receive who receive the events of rooms. */
export interface ChatEvents {
  readonly user_online: { readonly user_id: string; readonly username: string }
  readonly user_offline: { readonly user_id: string }
  readonly active_users: { readonly users: Readonly<Record<string, string>> }
  readonly user_joined: Member
  readonly user_left: Member
  readonly new_message: NewMessage
  readonly user_typing: Member & { readonly typing: boolean }
  readonly private_message: {
    readonly from: string
    readonly username: string
    readonly text: string
    readonly timestamp: number | string
  }
}

/** What classic connections receive. */
export interface ClassicEvents {
  readonly user_connected: { readonly client_id: string; readonly active_users: number }
  readonly user_disconnected: { readonly client_id: string; readonly active_users: number }
  readonly chat_message: { readonly from: string; readonly text: string; readonly timestamp: number | string }
  readonly private_message: {
    readonly from: string
    readonly text: string
    readonly timestamp: number | string
  }
}

interface RoomFacts {
  readonly room_id: string
  readonly epoch: string
  readonly first_seq: number
  readonly last_seq: number
}

interface SentAck {
  readonly room_id: string
  readonly seq: number
  readonly epoch: string
  readonly timestamp: number
  readonly repeated: boolean
}

/** What the ack of a request has beside its id. */
export interface ChatAcks {
  readonly login: { readonly user_id: string; readonly username: string }
  readonly join_room: RoomFacts & { readonly replayed: number; readonly complete: boolean }
  readonly leave_room: { readonly room_id: string }
  readonly send_message: SentAck
  readonly typing: { readonly room_id: string }
  readonly history: RoomFacts & { readonly messages: readonly NewMessage[] }
  readonly private_message: { readonly to: string }
  readonly chat_message: SentAck
}
