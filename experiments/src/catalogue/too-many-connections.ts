import { connect, type Socket } from 'node:net'
import { TcpHistoryContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { describeCodes } from '../runner/lane.ts'

const connectionsMax = 100
/** The pause before a connection that was refused is tried again, in ms. */
const againMs = 20

export const tooManyConnections: Experiment = {
  name: 'too-many-connections',
  title: 'Too many connections',
  hypothesis:
    'A server that has as many connections as it will hold says so to the next one, at once. Whoever is connected is served as before, and a place that gets free is taken.',
  affects: ['tcp'],
  containers: () => ({
    tcpHistory: new TcpHistoryContainer().withEnvironment({ CONNECTIONS_MAX: String(connectionsMax) }),
  }),

  async prepare(run) {
    const { tcpHistory } = run.lab
    const { host, port } = tcpHistory.address()
    const idle = new Set<Socket>()
    let isHolding = true
    // A place that a probe had for a moment is taken when it is free.
    const hold = () => {
      const socket = connect(port, host)
        .on('error', () => {})
        .resume()
      idle.add(socket)
      socket.on('close', () => {
        idle.delete(socket)
        if (isHolding) setTimeout(hold, againMs)
      })
    }
    const hangUp = async () => {
      isHolding = false
      for (const socket of idle) socket.destroy()
    }
    run.use({ [Symbol.asyncDispose]: hangUp })
    const session = run.use(await tcpHistory.client().open())
    const early = run.lane('connected early')
    const refused = () => run.lane('tcp').between(run.span('fault'))

    return {
      fault: {
        what: `${connectionsMax} connections that say nothing`,
        run: () => {
          for (let i = 0; i < connectionsMax; i += 1) hold()
        },
      },
      proof: {
        that: 'the server has all the connections that it will hold',
        withinMs: 20_000,
        look: async () => {
          const open = await tcpHistory.metric('lab_connections')
          const last = run.lane('tcp').between(run.span('inject')).slice(-3)
          const isFull = last.length === 3 && last.every(({ error }) => error?.status === 'busy')
          return observation(open >= connectionsMax && isFull, `${open} of ${connectionsMax}`)
        },
      },
      meanwhile: [
        {
          that: 'new ones are told so, in the words of the protocol',
          look: () => {
            const holds = refused().length > 0 && refused().every(({ error }) => error?.status === 'busy')
            const words = new Set(refused().map(({ error }) => `ERROR ${error?.status}: ${error?.message}`))
            return observation(holds, `${describeCodes(refused())}: ${[...words].join(', ')}`)
          },
        },
        {
          that: 'who was connected before is served',
          look: async () => {
            for (let i = 0; i < 20; i += 1) await early.record(() => session.append(`message ${i}`))
            return observation(
              early.calls.every(({ code }) => code === 'ok'),
              describeCodes(early.calls),
            )
          },
        },
      ],
      undo: { what: 'they hang up', run: hangUp },
      recovery: [
        {
          that: 'their places are free again',
          withinMs: 20_000,
          look: async () => {
            const open = await tcpHistory.metric('lab_connections')
            return observation(open < connectionsMax / 2, `${open} connections`)
          },
        },
      ],
    }
  },
}
