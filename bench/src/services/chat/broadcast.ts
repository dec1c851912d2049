import { join } from 'node:path'
import { latencyFigures } from '../../measure/latency.ts'
import { figure, pairedRatio } from '../../measure/statistics.ts'
import { roundsOf } from '../../profiles.ts'
import type { Bench, Figures, Scenario } from '../../scenario.ts'
import { startOriginal } from '../../servers/original.ts'
import { accepts, freePort, type Server, startServer } from '../../servers/server-process.ts'
import { startService } from '../../servers/service.ts'
import { Room, type RoomLanguage } from './room.ts'

const clients = 1_000
/** Messages a second. */
const rate = 20
const seconds = 1
const roundsMax = 3

const room = 'bench'
const ofTheChat: RoomLanguage = {
  protocol: 'chat.rooms',
  hello: [
    JSON.stringify({ type: 'login', username: 'client' }),
    JSON.stringify({ type: 'join_room', room_id: room }),
  ],
  say: (message) => JSON.stringify({ type: 'send_message', room_id: room, message }),
}
/** The bare server and the original send to all whatever they are told. */
const ofTheOthers: RoomLanguage = { hello: [], say: ofTheChat.say }

type Role = 'subject' | 'floor' | 'original'

/** No limit is in the way, and no ping that the load does not answer. */
export function startChat(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const limits = { CONNECTIONS_MAX: '20000', MESSAGES_BURST_MAX: '1000000', SEND_BYTES_MAX: '1000000000' }
  return startService('chat', { ...limits, BUFFER_BYTES_MAX: '100000000', HEARTBEAT_MS: '3600000', ...env })
}

async function startFloor(): Promise<Server> {
  const port = await freePort()
  const script = join(import.meta.dirname, '../../floors/ws-broadcast.ts')
  return startServer({
    program: process.execPath,
    args: [script, `${port}`],
    port,
    isReady: () => accepts(port),
  })
}

async function run(bench: Bench): Promise<Figures> {
  await using stack = new AsyncDisposableStack()
  const targets: { readonly role: Role; readonly server: Server; readonly room: Room }[] = []
  const add = async (role: Role, server: Server, language: RoomLanguage) => {
    stack.use(server)
    bench.progress(`${role}: ${clients} clients come`)
    targets.push({ role, server, room: stack.use(await Room.open(server.port, clients, language)) })
  }
  await add('subject', await startChat(), ofTheChat)
  await add('floor', await startFloor(), ofTheOthers)
  const original = await startOriginal(import.meta.dirname, ['websockets'])
  if (typeof original === 'string') bench.note(original)
  else await add('original', original, ofTheOthers)

  const latencies = new Map<Role, Float64Array[]>(targets.map(({ role }) => [role, []]))
  const costs = new Map<Role, number[]>(targets.map(({ role }) => [role, []]))
  for (const { room } of targets) await room.say(rate, bench.profile.warmUpSeconds)
  const rounds = roundsOf(bench.profile, roundsMax)
  for (let round = 1; round <= rounds; round += 1)
    for (const { role, server, room } of targets) {
      bench.progress(`round ${round} of ${rounds}: ${role}`)
      const before = await server.usage()
      const heard = await room.say(rate, seconds)
      const after = await server.usage()
      latencies.get(role)?.push(heard)
      const cpu = (after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN)
      costs.get(role)?.push((cpu / heard.length) * 10_000)
    }
  return figuresOf(latencies, costs)
}

function figuresOf(
  latencies: ReadonlyMap<Role, readonly Float64Array[]>,
  costs: ReadonlyMap<Role, readonly number[]>,
): Figures {
  const figures: Figures = { offeredRate: figure('op/s', [rate * clients]) }
  for (const [role, rounds] of latencies) Object.assign(figures, latencyFigures(role, rounds))
  const subject = costs.get('subject') ?? []
  if (subject.some(Number.isNaN)) return figures
  for (const [role, values] of costs) {
    figures[`${role}.cpu`] = figure('s/10k', values)
    if (role === 'subject') continue
    figures[`cpu/${role}`] = pairedRatio(subject, values)
    figures[`speed/${role}`] = pairedRatio(values, subject)
  }
  return figures
}

export const broadcast: Scenario = {
  name: 'chat-room',
  title: 'A message to a full room: against a bare ws broadcast and against python3-websockets',
  view: 'ratios',
  cases: [
    {
      name: '1,000 clients',
      protocol: 'WebSocket',
      operation: `${rate} messages a second, each heard by ${clients} clients; an operation is one that hears one message`,
      parameters: { clients, rate },
      profile: 'short',
      run,
    },
  ],
}
