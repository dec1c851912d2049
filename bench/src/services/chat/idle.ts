import { figure } from '../../measure/statistics.ts'
import type { ProfileName } from '../../profiles.ts'
import type { Bench, Case, Figures, Scenario } from '../../scenario.ts'
import { startChat } from './broadcast.ts'
import { Room, type RoomLanguage } from './room.ts'

const silent: RoomLanguage = { protocol: 'chat.rooms', hello: [], say: (text) => text }

async function run(connections: number, bench: Bench): Promise<Figures> {
  await using server = await startChat()
  const before = await server.usage()
  bench.progress(`opens ${connections} connections`)
  using _room = await Room.open(server.port, connections, silent)
  const usage = await server.usage()
  if (usage === undefined || before === undefined) return {}
  return {
    'subject.memory': figure('MiB', [usage.rssBytes / 2 ** 20]),
    'subject.memoryPerConnection': figure('KiB', [(usage.rssBytes - before.rssBytes) / 1024 / connections]),
  }
}

const atConnections = (connections: number, profile: ProfileName): Case => ({
  name: `${connections.toLocaleString('en')} connections`,
  protocol: 'WebSocket',
  operation: 'connections that know rooms, before their login, which say nothing',
  parameters: { connections },
  profile,
  run: (bench) => run(connections, bench),
})

export const idle: Scenario = {
  name: 'chat-idle',
  title: 'What clients of the chat cost that say nothing',
  view: 'growth',
  cases: [atConnections(1_000, 'full'), atConnections(10_000, 'short')],
}
