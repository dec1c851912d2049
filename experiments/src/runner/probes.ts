import { setTimeout } from 'node:timers/promises'
import { type CallOptions, createPublicUsersClient, type Lab, LabError } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { StartedPolyserviceLab } from '@polyservice-lab/testcontainers'
import type { ProbeOptions } from '../experiment.ts'
import { type ClientName, clientNames, type Lane } from './lane.ts'

/** How often each of the four clients calls, in ms, whether or not it was answered. */
const intervalMs = 50
/** Calls of one client that may wait for their answers; beyond them it makes none. */
const openMax = 64
/** How long a read is repeated, in ms, where its deadline is not told. */
const repeatMs = 5_000

/** The small call that each client makes again and again; it changes nothing. */
const calls: Readonly<Record<ClientName, (lab: Lab, options: CallOptions) => Promise<unknown>>> = {
  rest: (lab, options) => lab.users.getUserMe(options),
  grpc: (lab, options) => lab.catalogue.getCourse('api-course', options),
  tcp: readFirst,
  websocket: (lab, options) => lab.echo.echo('are you there?', options),
}

async function readFirst({ history }: Lab, options: CallOptions): Promise<void> {
  const session = await history.open(options)
  try {
    for await (const _message of session.read({ limit: 1 }, options));
  } finally {
    // A server that does not answer does not say goodbye either: that is not part of the call.
    void session[Symbol.asyncDispose]()
  }
}

/** A session is not repeated by its client; whoever only reads may read again. */
async function readUntilAnswered(lab: Lab, options: CallOptions): Promise<void> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? repeatMs)
  for (;;) {
    try {
      return await readFirst(lab, { ...options, signal })
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'unavailable') throw error
    }
    await setTimeout(intervalMs)
  }
}

/** Calls a service with each of the four clients at a steady rate. Disposing ends it, and waits for the last answers. */
export class Probes implements AsyncDisposable {
  readonly #lab: Lab
  readonly #calls: typeof calls
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>[]

  private constructor(
    lab: Lab,
    lanes: Readonly<Record<ClientName, Lane>>,
    { timeoutMs = {}, retries }: ProbeOptions,
  ) {
    this.#lab = lab
    this.#calls = retries === undefined ? calls : { ...calls, tcp: readUntilAnswered }
    this.#running = clientNames.map((name) => this.#run(name, lanes[name], { timeoutMs: timeoutMs[name] }))
  }

  /** Makes an account for the REST client, and begins. */
  static async start(
    lab: StartedPolyserviceLab,
    lanes: Readonly<Record<ClientName, Lane>>,
    options: ProbeOptions = {},
  ): Promise<Probes> {
    const account = createFakers().user()
    await createPublicUsersClient(lab.usersApi.address()).createUser(account)
    const client = lab.client({ account, retries: options.retries ?? false })
    // The first call of each pays for connecting and logging in; it is no part of the steady state.
    for (const name of clientNames) await calls[name](client, {})
    return new Probes(client, lanes, options)
  }

  async #run(name: ClientName, lane: Lane, options: CallOptions): Promise<void> {
    const open = new Set<Promise<unknown>>()
    const { signal } = this.#stopping
    while (!signal.aborted) {
      if (open.size < openMax) {
        const call = lane.record(() => this.#calls[name](this.#lab, options))
        open.add(call)
        void call.finally(() => open.delete(call))
      }
      await setTimeout(intervalMs, undefined, { signal }).catch(() => {})
    }
    await Promise.allSettled(open)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
    await this.#lab[Symbol.asyncDispose]()
  }
}
