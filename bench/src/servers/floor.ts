import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recording, Workload } from '../load/workload.ts'
import { scratch } from './scratch.ts'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/** The bare servers of node, in `floors/`. */
export type FloorName = 'http' | 'http2' | 'net'

/** What a floor is told: how much comes in before each answer, and the answer, which is that of the service. */
type FloorScript =
  | {
      readonly helloBytes: number
      readonly helloAnswer: string
      readonly requestBytes: number
      readonly answer: string
      readonly untilClose: boolean
    }
  | {
      readonly headers: Record<string, string>
      readonly body: string
      readonly trailers: Record<string, string>
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
  if (recording.kind === 'grpc') {
    const { headers, body, trailers } = recording
    return { headers, body: body.toString('base64'), trailers }
  }
  if (workload.kind !== 'raw') throw new TypeError('bytes were recorded for a call of gRPC')
  return {
    helloBytes: (workload.hello?.length ?? 0) + (workload.preface?.length ?? 0),
    helloAnswer: recording.helloAnswer.toString('base64'),
    requestBytes: workload.request.length,
    answer: recording.answer.toString('base64'),
    untilClose: workload.untilClose === true,
  }
}
