import { randomUUID } from 'node:crypto'
import type { ChatSnapshot } from '../domain/chat-state.ts'
import type { Said } from '../domain/commands.ts'
import type { RoomState } from '../domain/room.ts'
import { pairs, type Run } from './redis-scripts.ts'

/** For so many states before the last one, the entries since are kept: replicas that are slow read on. */
const statesBefore = 3

/** A state as it is kept, without rooms. */
interface KeptState {
  /** The number of the entry that was applied last. */
  readonly applied: number
  /** Those of the states before. */
  readonly before: readonly number[]
  readonly people: ChatSnapshot['people']
}

type KeptRoom = Omit<RoomState, 'messages'>

export interface LoadedState {
  readonly life: string
  readonly applied: number
  readonly snapshot: ChatSnapshot
}

/** Loads the state that is kept; undefined, with a life begun by `newborn`, where there is none. */
export async function loadState(run: Run, newborn: () => ChatSnapshot): Promise<LoadedState | undefined> {
  const { life, state, rooms: kept } = await read(run)
  if (state === undefined) {
    await beginLife(run, life, newborn())
    return undefined
  }
  const rooms: RoomState[] = []
  // One by one: all of them are too much for the memory of a replica.
  for (const [field, room] of kept) {
    const texts = (await run('messages', [field])) as string[]
    const messages = texts.map((text): Said => JSON.parse(text))
    // Those that a later state has are in the log too.
    const isOf = ({ epoch, seq }: Said) => epoch === room.epoch && seq <= room.lastSeq
    rooms.push({ ...room, messages: messages.filter(isOf) })
  }
  return { life, applied: state.applied, snapshot: { people: state.people, rooms } }
}

/** Begins a life with people and rooms, in place of another life; does nothing where that one is over. */
export async function beginLife(run: Run, before: string, { people, rooms }: ChatSnapshot): Promise<void> {
  const state: KeptState = { applied: 0, before: [], people }
  const texts = rooms.flatMap((room) => [fieldOf(room), textOf(room)])
  await run('begin', [before, randomUUID(), JSON.stringify(state), ...texts])
}

/**
 * Keeps what differs from the state that is kept. Returns the number of the last entry that is in it, or in a state that
 * another replica has kept meanwhile.
 * @param now the number of the entry that was applied last, and the state after it
 */
export async function keepState(
  run: Run,
  life: string,
  now: () => { readonly applied: number; readonly snapshot: ChatSnapshot },
): Promise<number> {
  const { state: last, rooms: kept } = await read(run)
  const {
    applied,
    snapshot: { people, rooms },
  } = now()
  if (last === undefined || last.applied >= applied) return last?.applied ?? applied
  const before = [...last.before, last.applied].slice(-statesBefore)
  const state: KeptState = { applied, before, people }
  const changes = rooms.flatMap((room) => {
    const { epoch, lastSeq = 0 } = kept.get(fieldOf(room)) ?? {}
    const isNew = epoch !== room.epoch
    const added = isNew ? room.messages : room.messages.filter(({ seq }) => seq > lastSeq)
    const counts = [isNew ? '1' : '0', String(room.messages.length), String(added.length)]
    return [fieldOf(room), textOf(room), ...counts, ...added.map((message) => JSON.stringify(message))]
  })
  const head = [life, String(last.applied), String(Math.max(1, before[0] ?? 0)), JSON.stringify(state)]
  await run('keep', [...head, ...changes])
  return applied
}

async function read(run: Run) {
  const [life, state, rooms] = (await run('load', [])) as [string, string, string[]]
  const kept = pairs(rooms).map(([field, room]): [string, KeptRoom] => [field, JSON.parse(room)])
  const isWhole = life !== '' && state !== ''
  return { life, state: isWhole ? (JSON.parse(state) as KeptState) : undefined, rooms: new Map(kept) }
}

/** The name of a room as ASCII that tells every two of them apart: UTF-8 does not tell lone surrogates apart. */
function fieldOf({ id }: RoomState): string {
  return JSON.stringify(id)
}

function textOf({ messages, ...room }: RoomState): string {
  return JSON.stringify(room satisfies KeptRoom)
}
