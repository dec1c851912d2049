/** What changes the chat. Commands are plain data: each replica makes the same of the same ones in the same order. */
export type Command =
  | Come
  | { readonly kind: 'go'; readonly person: string; readonly at: number }
  /** All people of a replica that is there no more. */
  | { readonly kind: 'lose'; readonly replica: string; readonly at: number }
  | Join
  | { readonly kind: 'leave'; readonly person: string; readonly room: string; readonly at: number }
  | Say
  | { readonly kind: 'type'; readonly person: string; readonly room: string; readonly isTyping: boolean }
  | Tell
  /** Forgets all but the rooms that are always there; their new epochs, in the order of the rooms. */
  | { readonly kind: 'reset'; readonly epochs: readonly string[] }

/** A guest that connects, a login, or another name. */
export interface Come {
  readonly kind: 'come'
  readonly person: string
  readonly name: string
  readonly isGuest: boolean
  readonly replica: string
}

export interface Join {
  readonly kind: 'join'
  readonly person: string
  readonly room: string
  /** The number of the last message that is known already; undefined for no replay. */
  readonly after?: number | undefined
  /** The life of the room that `after` is of. */
  readonly epoch?: string | undefined
  /** The epoch of the room, if the room is new. */
  readonly newEpoch: string
}

/** A message to a room. */
export interface Say {
  readonly kind: 'say'
  readonly person: string
  readonly room: string
  readonly text: string
  readonly key?: string | undefined
  /** In ms since 1970. */
  readonly at: number
  /** What guests see as its time. */
  readonly shownAt: number | string
}

/** A private message. */
export interface Tell {
  readonly kind: 'tell'
  readonly person: string
  readonly to: string
  readonly text: string
  readonly shownAt: number | string
}

/** What people hear of. */
export type ChatEvent =
  | { readonly kind: 'online'; readonly person: string; readonly name: string }
  /** The person itself does not hear of it. */
  | { readonly kind: 'offline'; readonly person: string }
  /** For `person` alone. */
  | { readonly kind: 'people'; readonly person: string; readonly names: ReadonlyMap<string, string> }
  | Membership
  | Said
  | (Membership<'typing'> & { readonly isTyping: boolean })
  | Told
  /** For guests: so many people are there after this one has come or gone. */
  | {
      readonly kind: 'counted'
      readonly person: string
      readonly hasCome: boolean
      readonly count: number
    }

/** For the members of a room. */
interface Membership<Kind = 'joined' | 'left'> {
  readonly kind: Kind
  readonly person: string
  readonly name: string
  readonly room: string
}

/** A message of a room, numbered within an epoch of it. */
export interface Said {
  readonly kind: 'said'
  readonly room: string
  readonly epoch: string
  readonly seq: number
  readonly person: string
  readonly name: string
  readonly text: string
  readonly key?: string | undefined
  readonly at: number
  readonly shownAt: number | string
}

/** For `to` alone. */
interface Told {
  readonly kind: 'told'
  readonly to: string
  readonly person: string
  readonly name: string
  readonly text: string
  readonly shownAt: number | string
}
