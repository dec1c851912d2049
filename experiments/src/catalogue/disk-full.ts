import { createFilesClient, LabError } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import {
  CourseGrpcContainer,
  type StartedServiceContainer,
  TcpHistoryContainer,
  UsersApiContainer,
} from '@polyservice-lab/testcontainers'
import { type Experiment, observation, type Run } from '../experiment.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { missing, readHistory } from './support/history.ts'

/** The disk of each service: more than the load alone would fill. */
const diskSize = '64m'
const textLength = 8_000
/** What a server is to say: why it failed, and that it is not for ever. HTTP has a word for it, the others have a wider one. */
const fairCodes: readonly string[] = ['insufficient_storage', 'resource_exhausted']

/** Writes a file until there is no room for another byte of it, and says why it stopped. */
const fill = `
  const { openSync, writeSync } = require('node:fs')
  const file = openSync('/data/ballast', 'w')
  for (let bytes = 65536; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try { for (;;) writeSync(file, Buffer.alloc(bytes)) } catch (error) { if (bytes === 1) console.log(error.code) }
  }`
const empty = `require('node:fs').rmSync('/data/ballast', { force: true })`

/** Writes of one service, and what is there of them. */
interface Writer {
  readonly name: string
  readonly service: StartedServiceContainer
  readonly acknowledged: string[]
  readonly write: (key: string) => Promise<unknown>
  /** Those of the acknowledged that are lost, or not what they were. */
  readonly lost: () => Promise<number>
}

export const diskFull: Experiment = {
  name: 'disk-full',
  title: 'Disk full',
  hypothesis:
    'Where there is no room on the disk, writes fail with an error and reads go on. Nothing that was acknowledged is lost or damaged, and writes work again when there is room.',
  affects: [],
  containers: () => ({
    tcpHistory: new TcpHistoryContainer().withDataTmpFs(diskSize),
    courseGrpc: new CourseGrpcContainer().withDataTmpFs(diskSize),
    usersApi: new UsersApiContainer().withDataTmpFs(diskSize),
  }),

  async prepare(run) {
    const writers = [messages(run), courses(run), await files(run)]
    const loads = writers.map(({ name, write, acknowledged }) =>
      run.load(name, 1, async () => {
        const key = crypto.randomUUID()
        await write(key)
        acknowledged.push(key)
      }),
    )
    const said = new Map<string, string>()

    return {
      fault: {
        what: 'a file fills the disk of three services to the last byte',
        run: async () => {
          for (const { name, service } of writers) {
            const { output } = await service.exec(['node', '-e', fill])
            said.set(name, output.trim())
          }
        },
      },
      proof: {
        that: 'a write inside of each container ends with ENOSPC',
        look: () => {
          const codes = [...said.values()]
          return observation(
            codes.length === writers.length && codes.every((code) => code === 'ENOSPC'),
            codes.join(', '),
          )
        },
      },
      meanwhile: loads.map(({ lane }) => ({
        that: `${lane.name}: writes are refused with an error`,
        withinMs: 20_000,
        look: () => {
          const calls = lane.between(run.span('fault'))
          const failed = calls.filter((call) => !isOk(call))
          const last = calls.slice(-3)
          const holds =
            last.length === 3 &&
            last.every(({ code }) => fairCodes.includes(code)) &&
            failed.every(({ code }) => fairCodes.includes(code))
          return observation(holds, describeCodes(calls))
        },
      })),
      undo: {
        what: 'the file is removed',
        run: async () => {
          for (const { service } of writers) await service.exec(['node', '-e', empty])
        },
      },
      recovery: [
        {
          that: 'writes work again',
          withinMs: 20_000,
          look: () => {
            const again = loads.map(({ lane }) => lane.between(run.span('recovery')).filter(isOk).length)
            return observation(
              again.every((count) => count > 0),
              loads.map(({ lane }, i) => `${lane.name} ${again[i]}`).join(' · '),
            )
          },
        },
        {
          that: 'everything that was acknowledged is there, as it was',
          look: async () => {
            for (const load of loads) await load.stop()
            const saw: string[] = []
            let lost = 0
            for (const writer of writers) {
              const missed = await writer.lost()
              lost += missed
              saw.push(`${writer.name} ${writer.acknowledged.length}, ${missed} lost`)
            }
            return observation(lost === 0, saw.join(' · '))
          },
        },
      ],
    }
  },
}

const textOf = (key: string) => key.repeat(Math.ceil(textLength / key.length)).slice(0, textLength)

function messages({ lab }: Run): Writer {
  const client = lab.tcpHistory.client()
  const acknowledged: string[] = []
  return {
    name: 'messages',
    service: lab.tcpHistory,
    acknowledged,
    write: async (key) => {
      await using session = await client.open()
      await session.append(textOf(key))
    },
    lost: async () => missing(acknowledged.map(textOf), await readHistory(client)).lost,
  }
}

function courses(run: Run): Writer {
  const client = run.use(run.lab.courseGrpc.client())
  const acknowledged: string[] = []
  return {
    name: 'courses',
    service: run.lab.courseGrpc,
    acknowledged,
    write: (key) => client.createCourse({ courseId: key, title: key, description: textOf(key) }),
    lost: async () => {
      const there = new Map<string, string>()
      for await (const { courseId, description } of client.listCourses()) there.set(courseId, description)
      return acknowledged.filter((key) => there.get(key) !== textOf(key)).length
    },
  }
}

async function files({ lab }: Run): Promise<Writer> {
  const account = createFakers().user()
  const rest = lab.usersApi.client()
  await rest.users.createUser(account)
  const { accessToken } = await rest.authentication.login(account)
  const client = createFilesClient({ ...lab.usersApi.address(), token: accessToken })
  const acknowledged: string[] = []
  const directory = 'experiment'
  return {
    name: 'files',
    service: lab.usersApi,
    acknowledged,
    write: (key) => client.createFile({ directory, filename: key, bytes: textOf(key) }),
    lost: async () => {
      let lost = 0
      // One after the other: all at once would be more connections than the service takes.
      for (const filename of acknowledged) {
        const bytes = await client.downloadFile({ directory, filename }).catch((error: unknown) => {
          if (error instanceof LabError && error.code === 'not_found') return new Uint8Array()
          throw error
        })
        if (Buffer.from(bytes).toString() !== textOf(filename)) lost++
      }
      return lost
    },
  }
}
