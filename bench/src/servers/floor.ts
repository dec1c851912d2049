import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recording, Workload } from '../load/workload.ts'
import { scratch } from './scratch.ts'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/** The bare servers, in `floors/`: node's own, and those of the libraries that the services stand on. */
export type FloorName = 'http' | 'net' | 'ws' | 'grpc-js'

/** What a floor is told: how much comes in before each answer, or the path of the call, and the answer of the service. */
type FloorScript =
  | {
      readonly prefaceBytes: number
      readonly requestBytes: number
      readonly answer: string
      readonly untilClose: boolean
    }
  | {
      readonly path: string
      readonly body: string
    }

/** Starts a server that does the least possible to answer the same bytes as were recorded. */
export async function startFloor(name: FloorName, workload: Workload, recording: Recording): Promise<Server> {
  const port = await freePort()
  const script = join(scratch(), `floor-${port}.json`)
  await writeFile(script, JSON.stringify(floorScript(workload, recording)))
  return startServer({
    program: process.execPath,
    args: [join(import.meta.dirname, `../floors/${name}.ts`), `${port}`, script],
    port,
    isReady: () => accepts(port),
    whenStopped: () => rm(script, { force: true }),
  })
}

function floorScript(workload: Workload, recording: Recording): FloorScript {
  if (workload.kind === 'grpc' && recording.kind === 'grpc')
    return { path: workload.path, body: recording.body.toString('base64') }
  if (workload.kind !== 'raw' || recording.kind !== 'raw')
    throw new TypeError('the recording is not of the workload')
  return {
    prefaceBytes: workload.preface?.length ?? 0,
    requestBytes: workload.request.length,
    answer: recording.answer.toString('base64'),
    untilClose: workload.untilClose === true,
  }
}
