import {
  type CourseClient,
  createCourseClient,
  createEchoClient,
  createHistoryClient,
  type EchoSession,
  type HistorySession,
} from '@polyservice-lab/clients'
import { type Experiment, observation, type Run } from '../experiment.ts'
import type { FaultProxy } from '../proxy/index.ts'
import type { ClientName } from '../runner/lane.ts'
import { importCourses } from './support/courses.ts'

const mebibyte = 1024 ** 2
/** What a slow reader may cost a server: a buffer of its own and what was read for it, in bytes. */
const costBytesMax = 4 * mebibyte
/** What a process may grow for other reasons, in bytes. */
const slackBytes = 96 * mebibyte
const messageBytes = 60_000
const replyBytes = 5 * messageBytes
const readTimeoutMs = 120_000

/** Slow readers of one service. */
interface Readers {
  readonly name: ClientName
  readonly proxy: FaultProxy
  /** What they ask for, all together. */
  readonly askedBytes: number
  /** Asks, and resolves with the bytes that came when all of it is there. */
  readonly ask: () => Promise<number>
}

export const slowReader: Experiment = {
  name: 'slow-reader',
  title: 'Slow readers',
  hypothesis:
    'A client that asks for much and reads nothing costs a server a buffer, not all that it asked for. Nobody else waits for it, and it gets everything once it reads.',
  affects: [],

  async prepare(run) {
    const count = run.pick(6, 12)
    const readers = [
      await tcpReaders(run, count),
      await grpcReaders(run, count),
      await echoReaders(run, count),
    ]
    const services = {
      tcp: run.lab.tcpHistory,
      grpc: run.lab.courseGrpc,
      websocket: run.lab.wsEcho,
      rest: run.lab.usersApi,
    }
    const memory = (name: ClientName) => services[name].metric('process_resident_memory_bytes')
    const before = new Map<ClientName, number>()
    const answers: Promise<number>[] = []

    return {
      fault: {
        what: `${count} clients of each service ask for megabytes and read nothing`,
        run: async () => {
          for (const { name, proxy, ask } of readers) {
            before.set(name, await memory(name))
            proxy.setFaults([{ kind: 'blackhole', towards: 'client' }])
            const answer = ask()
            answer.catch(() => {})
            answers.push(answer)
          }
        },
      },
      proof: {
        that: 'the proxies hold back all answers',
        withinMs: 10_000,
        look: () => {
          const held = readers.map(({ proxy }) => proxy.log.filter(({ kind }) => kind === 'blackhole').length)
          const saw = readers.map(({ name }, i) => `${held[i]} connections of ${name}`).join(', ')
          return observation(
            held.every((each) => each >= count),
            saw,
          )
        },
      },
      meanwhile: readers.map((each) => ({
        that: `${each.name}: the memory of the server is bounded`,
        look: async () => {
          const grown = (await memory(each.name)) - (before.get(each.name) ?? 0)
          const saw = `${inMebibytes(each.askedBytes)} asked for, ${inMebibytes(grown)} more memory`
          return observation(grown < Math.min(count * costBytesMax + slackBytes, each.askedBytes), saw)
        },
      })),
      undo: {
        what: 'they read again',
        run: () => {
          for (const { proxy } of readers) proxy.clear()
        },
      },
      recovery: [
        {
          that: 'they get all that they asked for',
          look: async () => {
            const got = await Promise.all(answers)
            const saw = readers.map(
              (each, i) => `${each.name} ${inMebibytes(got[i] ?? 0)} of ${inMebibytes(each.askedBytes)}`,
            )
            const holds = readers.every((each, i) => (got[i] ?? 0) >= each.askedBytes)
            return observation(holds, saw.join(' · '))
          },
        },
      ],
    }
  },
}

async function tcpReaders(run: Run, count: number): Promise<Readers> {
  const messages = 256
  const message = 'x'.repeat(messageBytes)
  await using writer = await run.lab.tcpHistory.client().open()
  await Promise.all(Array.from({ length: messages }, () => writer.append(message, { timeoutMs: 30_000 })))
  const proxy = await run.proxy('tcp', 'tcp')
  const client = createHistoryClient({ ...addressOf(proxy), timeoutMs: readTimeoutMs })
  const sessions = await times(count, async () => run.use(await client.open()))
  const ask = async (session: HistorySession) => {
    let bytes = 0
    for await (const got of session.read()) bytes += got.message.length
    return bytes
  }
  return {
    name: 'tcp',
    proxy,
    askedBytes: count * messages * messageBytes,
    ask: () => sum(sessions.map(ask)),
  }
}

async function grpcReaders(run: Run, count: number): Promise<Readers> {
  const [courses, textBytes] = [1_500, 9_000]
  await importCourses(run.use(run.lab.courseGrpc.client()), courses, textBytes)
  const proxy = await run.proxy('grpc', 'tcp')
  const clients = await times(count, async () => {
    const client = run.use(createCourseClient(addressOf(proxy)))
    await client.getCourse('api-course')
    return client
  })
  const ask = async (client: CourseClient) => {
    let bytes = 0
    for await (const { description } of client.listCourses()) bytes += description.length
    return bytes
  }
  return { name: 'grpc', proxy, askedBytes: count * courses * textBytes, ask: () => sum(clients.map(ask)) }
}

async function echoReaders(run: Run, count: number): Promise<Readers> {
  const messages = 100
  const message = 'x'.repeat(messageBytes)
  const proxy = await run.proxy('websocket', 'tcp')
  const client = createEchoClient(addressOf(proxy))
  const sessions = await times(count, async () => run.use(await client.connect()))
  const ask = async (session: EchoSession) => {
    const sending = times(messages, () => session.send(message))
    let bytes = 0
    for await (const reply of session.replies) {
      bytes += reply.length
      if (bytes >= messages * replyBytes) break
    }
    await sending
    return bytes
  }
  return {
    name: 'websocket',
    proxy,
    askedBytes: count * messages * replyBytes,
    ask: () => sum(sessions.map(ask)),
  }
}

function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

async function sum(numbers: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(numbers)).reduce((total, each) => total + each, 0)
}

const addressOf = ({ host, port }: FaultProxy) => ({ host, port })
const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(0)} MiB`
