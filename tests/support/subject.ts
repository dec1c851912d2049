import { once } from 'node:events'
import { connect } from 'node:net'
import { type ServiceName, serviceNames } from '@polyservice-lab/contracts/services'
import type { Address } from '@polyservice-lab/testcontainers'

/** Whether tables run for every service, and the experiments that take minutes: `EVERY=on make test`. */
export const runsEverything = process.env['EVERY'] === 'on'

/** Stand on the same rooms as orders, edge and messages alike, so that orders speaks for them. */
const likeOrders: readonly ServiceName[] = ['customers', 'payments', 'notifications', 'orchestrator']

/** The services that the tables are for: one of each kind, unless all are asked for. */
export const tabledServices = serviceNames.filter((name) => runsEverything || !likeOrders.includes(name))

/** What the tests of every service know of one: `subject` of tests/<service>/subject.ts. */
export interface Subject {
  /** Whether an acknowledged item outlives the process. */
  readonly durable: boolean
  /** Variables of this service alone, with values that are wrong. */
  readonly badEnvironment: readonly (readonly [variable: string, value: string])[]
  /** One call that gives the service an item to keep or to answer; rejects with a LabError. */
  call(address: Address, item: string): Promise<unknown>
  /** A call that the service refuses, and the code with which it does. */
  readonly refused: { readonly code: string; readonly call: (address: Address) => Promise<unknown> }
  /** Those of the items that the service has, in the order in which they were given. */
  kept(address: Address, items: readonly string[]): Promise<readonly string[]>
  /** Undefined where the service takes no message of any length. */
  readonly unfinished: Unfinished | undefined
  readonly crowd: Crowd
}

/** How a client opens a connection that stays. */
export interface Crowd {
  /** All that it says: a preface, a handshake, a first request. */
  readonly hello: Buffer
  /** Variables with which the service ends clients soon that do not say all of it. */
  readonly impatience: Readonly<Record<string, string>>
}

/** How a client leaves a message unfinished, and what the server says to it. */
export interface Unfinished {
  /** Sends all but the last byte of a message. */
  begin(address: Address, message: Buffer): Promise<Opening>
  /** Variables with which the service takes large messages. Default: it does. */
  readonly environment?: Readonly<Record<string, string>>
  /** How many bytes the largest message has that the service takes. */
  readonly bytesMax: number
  readonly refusal: string
  /** To a message that is whole, though what it says may be wrong. */
  readonly answer: string
}

/** A client that has sent all but the last byte of a message. */
export interface Opening extends AsyncDisposable {
  /** What the server has said so far. */
  heard(): string
  /** Sends the last byte. */
  finish(): void
}

/** The subject of every service. */
export const subjects = Object.fromEntries(
  await Promise.all(
    serviceNames.map(async (name) => [name, (await import(`../${name}/subject.ts`)).subject] as const),
  ),
) as Readonly<Record<ServiceName, Subject>>

/** Leaves a message unfinished on a connection of its own. @param head what comes before the message */
export async function beginOnSocket(
  { host, port }: Address,
  head: Buffer,
  message: Buffer,
): Promise<Opening> {
  const socket = connect(port, host)
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    heard += (bytes as Buffer).toString('latin1')
  })
  await once(socket, 'connect')
  socket.write(head)
  socket.write(message.subarray(0, -1))
  return {
    heard: () => heard,
    finish: () => socket.write(message.subarray(-1)),
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}
