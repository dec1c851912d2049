import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { openChannels, record } from '../load/channels.ts'
import { runOpenLoop } from '../load/open-loop.ts'
import type { Workload } from '../load/workload.ts'
import { latencyFigures } from '../measure/latency.ts'
import { figure, pairedRatio } from '../measure/statistics.ts'
import { roundsOf } from '../profiles.ts'
import type { Bench, Case, Figures, Scenario } from '../scenario.ts'
import { type MeasuredService, measuredServices } from '../services/index.ts'

const connectionsMax = 1_000
/** Connections of those who are served beside the crowd; the first call of the record has one too. */
const served = 16
/** Requests a second: far below what each service can do, so that only the crowd is in the way. */
const rate = 500
/** A round of a second has enough calls for a p99, and five rounds are enough for a median. */
const seconds = 1
const roundsMax = 5
/** RFC 9113, 3.4: what a client of HTTP/2 says first. */
const http2Preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** What each connection of a crowd says before it falls silent. */
const crowds = {
  silent: () => Buffer.alloc(0),
  unfinished: (workload: Workload) => {
    if (workload.kind === 'grpc') return http2Preface.subarray(0, -1)
    const { preface = Buffer.alloc(0), hello, request } = workload
    const first = hello ?? request
    return Buffer.concat([preface, first.subarray(0, Math.ceil(first.length / 2))])
  },
} as const

/** Opens a crowd; disposing it hangs up. What the service ends by itself stays ended. */
async function openCrowd(port: number, words: Uint8Array): Promise<Disposable> {
  const sockets: Socket[] = []
  for (let i = 0; i < connectionsMax - served - 1; i += 1) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    if (words.length > 0) socket.write(words)
    socket.resume()
  }
  return {
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Measures one small record in open loop, in turns alone and beside a crowd. */
async function run(service: MeasuredService, kind: keyof typeof crowds, bench: Bench): Promise<Figures> {
  const { server, workload } = await service
    .getRecord('one record', { CONNECTIONS_MAX: String(connectionsMax) })
    .subject()
  await using _server = server
  const recording = await record(workload, server.port)
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const isGrpc = workload.kind === 'grpc'
  const concurrency = isGrpc ? { connections: 1, streams: served } : { connections: served }
  const channels = await openChannels(workload, server.port, recording, concurrency, reject)
  using _channels = new DisposableStack()
  for (const channel of channels) _channels.defer(() => channel.close())
  await runOpenLoop(channels, { rate, seconds: bench.profile.warmUpSeconds }, failed)

  const alone: Float64Array[] = []
  const beside: Float64Array[] = []
  const rounds = roundsOf(bench.profile, roundsMax)
  for (let round = 1; round <= rounds; round++) {
    bench.progress(`round ${round} of ${rounds}`)
    alone.push(await runOpenLoop(channels, { rate, seconds }, failed))
    using _crowd = await openCrowd(server.port, crowds[kind](workload))
    beside.push(await runOpenLoop(channels, { rate, seconds }, failed))
  }
  const figures: Figures = {
    offeredRate: figure('op/s', [rate]),
    ...latencyFigures('subject', beside),
    ...latencyFigures('alone', alone),
  }
  const [subject, other] = [figures['subject.p99'], figures['alone.p99']]
  return subject === undefined || other === undefined
    ? figures
    : { ...figures, 'p99/alone': pairedRatio(subject.values, other.values) }
}

export const crowd: Scenario = {
  name: 'crowd',
  title: 'Does a crowd that says nothing hold up the others?',
  view: 'ratios',
  cases: measuredServices.flatMap((service) =>
    (Object.keys(crowds) as (keyof typeof crowds)[]).map(
      (kind): Case => ({
        name: `${service.name}, ${kind}`,
        protocol: service.protocol,
        operation: `${service.getRecord('one record').operation}, ${rate} a second, while ${connectionsMax - served - 1} connections ${kind === 'silent' ? 'say nothing' : 'stop in the middle of their first request'}; "alone" is without them`,
        parameters: { connections: connectionsMax - served - 1 },
        profile: 'full',
        run: (bench) => run(service, kind, bench),
      }),
    ),
  ),
}
