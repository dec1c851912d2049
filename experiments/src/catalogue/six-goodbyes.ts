import { createEchoClient } from '@polyservice-lab/clients'
import { type Experiment, observation, type Run } from '../experiment.ts'
import { describeCodes, isOk } from '../runner/lane.ts'

/** What is done to a connection after its second reply, and what the client is to see: the code, and what it means. */
const goodbyes = [
  { code: 1001, seen: 1001, means: 'unavailable' },
  { code: 1008, seen: 1008, means: 'failed_precondition' },
  { code: 1011, seen: 1011, means: 'internal' },
  { code: 1013, seen: 1013, means: 'unavailable' },
  { code: 'none', seen: 1005, means: 'unavailable' },
  { code: 'abrupt', seen: 1006, means: 'unavailable' },
] as const

export const sixGoodbyes: Experiment = {
  name: 'six-goodbyes',
  title: 'Six ways to say goodbye',
  hypothesis:
    'A WebSocket that closes tells why, in a code; no code is a code (1005), and no Close at all is one too (1006). Each reaches the caller as an error that can be switched on.',
  affects: [],

  async prepare(run) {
    const ways = await Promise.all(goodbyes.map((goodbye) => wayOf(run, goodbye)))

    return {
      fault: {
        what: 'each of six connections is closed in its own way after two replies of five',
        run: () => {
          for (const { proxy, code } of ways)
            proxy.setFaults([{ kind: 'close-websocket', towards: 'client', message: 2, code }])
        },
      },
      proof: {
        that: 'the logs of all six proxies tell of it',
        withinMs: 20_000,
        look: () => {
          const closed = ways.filter(({ proxy }) => proxy.log.some(({ kind }) => kind === 'close-websocket'))
          return observation(closed.length === ways.length, `${closed.length} of ${ways.length}`)
        },
      },
      meanwhile: ways.map(({ lane, code, seen, means }) => ({
        that: `${code}: the caller sees ${seen}, which means ${means}`,
        withinMs: 10_000,
        look: () => {
          const calls = lane.between(run.span('fault'))
          const statuses = [...new Set(calls.map(({ error }) => error?.status))]
          const holds =
            calls.length > 0 && calls.every((call) => call.code === means && call.error?.status === seen)
          return observation(holds, `${describeCodes(calls)}, status ${statuses.join(', ')}`)
        },
      })),
      undo: {
        what: 'no more faults',
        run: () => {
          for (const { proxy } of ways) proxy.clear()
        },
      },
      recovery: [
        {
          that: 'all six are answered again',
          withinMs: 20_000,
          look: () => {
            const calls = ways.map(({ lane }) => lane.between(run.span('recovery')))
            return observation(
              calls.every((some) => some.some(isOk)),
              describeCodes(calls.flat()),
            )
          },
        },
      ],
    }
  },
}

/** Calls of their own through a proxy of their own. */
async function wayOf(run: Run, goodbye: (typeof goodbyes)[number]) {
  const proxy = await run.proxy('websocket', 'websocket')
  const client = createEchoClient({ host: proxy.host, port: proxy.port })
  const { lane } = run.load(String(goodbye.code), 1, () => client.echo('hello'))
  return { ...goodbye, proxy, lane }
}
