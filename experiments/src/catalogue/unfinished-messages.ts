import { frameTypes } from '@polyservice-lab/contracts/tcp-history'
import { TcpHistoryContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { UnfinishedMessage } from './support/unfinished.ts'

const mebibyte = 1024 ** 2
const messageBytes = 1_000_000
const receiveBytesMax = 32 * mebibyte
/** What the bytes of the network cost beside the messages, and what a process grows for other reasons. */
const slackBytes = 128 * mebibyte
/** Of an answer: four bytes of length, then the type. */
const typeAt = 4

export const unfinishedMessages: Experiment = {
  name: 'unfinished-messages',
  title: 'Unfinished messages',
  hypothesis:
    'Clients that begin large messages and do not end them cannot fill the memory of a server: it keeps as many as it has room for and refuses the others at once. Nobody else notices, and a message that was kept may still be ended.',
  affects: [],
  containers: () => ({
    tcpHistory: new TcpHistoryContainer().withEnvironment({
      MESSAGE_BYTES_MAX: String(messageBytes),
      RECEIVE_BYTES_MAX: String(receiveBytesMax),
    }),
  }),

  async prepare(run) {
    const { tcpHistory } = run.lab
    const count = run.pick(200, 700)
    const roomFor = Math.floor(receiveBytesMax / messageBytes)
    const message = Buffer.alloc(messageBytes, 'x')
    const crowd: UnfinishedMessage[] = []
    const hangUp = async () => {
      for (const client of crowd) await client[Symbol.asyncDispose]()
    }
    run.use({ [Symbol.asyncDispose]: hangUp })
    const small = run.lane('small messages')
    const session = run.use(await tcpHistory.client().open())
    const memory = () => tcpHistory.metric('process_resident_memory_bytes')
    const before = await memory()

    return {
      fault: {
        what: `${count} clients each send a message of 1 MB but for its last byte`,
        run: async () => {
          for (let i = 0; i < count; i += 1)
            crowd.push(await UnfinishedMessage.begin(tcpHistory.address(), message))
        },
      },
      proof: {
        that: 'what they began is more than the server has room for',
        withinMs: 30_000,
        look: () => {
          const refused = crowd.filter(({ isRefused }) => isRefused).length
          return observation(
            refused >= count - roomFor,
            `${refused} of ${count} are refused, room is for ${roomFor}`,
          )
        },
      },
      meanwhile: [
        {
          that: 'the memory of the server is bounded',
          look: async () => {
            const grown = (await memory()) - before
            const saw = `${inMebibytes(count * messageBytes)} begun, ${inMebibytes(grown)} more memory`
            return observation(grown < receiveBytesMax + slackBytes, saw)
          },
        },
        {
          that: 'small messages of others are kept',
          look: async () => {
            for (let i = 0; i < 20; i += 1) await small.record(() => session.append(`message ${i}`))
            return observation(small.calls.every(isOk), describeCodes(small.calls))
          },
        },
        {
          that: 'a message that was kept is acknowledged when it ends',
          look: async () => {
            const kept = crowd.find(({ isRefused }) => !isRefused)
            const answer = await kept?.finish()
            return observation(
              answer?.charCodeAt(typeAt) === frameTypes.appended,
              answer === undefined ? 'none was kept' : 'it is',
            )
          },
        },
      ],
      undo: { what: 'they hang up', run: hangUp },
      recovery: [
        {
          that: 'a large message of somebody else is kept again',
          look: async () => {
            const sequence = await session.append('y'.repeat(messageBytes))
            return observation(true, `it is message ${sequence}`)
          },
        },
      ],
    }
  },
}

const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(0)} MiB`
