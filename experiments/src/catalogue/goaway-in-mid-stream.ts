import { createCourseClient } from '@polyservice-lab/clients'
import { type Experiment, observation } from '../experiment.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { importCourses } from './support/courses.ts'

const courses = 3_000
/** Courses that have arrived before the GOAWAY. */
const coursesBefore = 100

export const goawayInMidStream: Experiment = {
  name: 'goaway-in-mid-stream',
  title: 'GOAWAY in mid-stream',
  hypothesis:
    'GOAWAY ends a connection and no call: the stream that is on its way comes to its end, and new calls go over a new connection. No caller sees an error.',
  affects: [],

  async prepare(run) {
    const proxy = await run.proxy('grpc', 'http2')
    const client = run.use(createCourseClient(proxy))
    await importCourses(client, courses, 200)
    const opened = () => proxy.log.filter(({ what }) => what === 'open').length
    const load = run.load('calls beside it', 2, () => client.getCourse('api-course'))
    let received = 0
    let stream: Promise<unknown> | undefined
    let openedBefore = 0

    return {
      fault: {
        what: `GOAWAY after ${coursesBefore} of the ${courses} courses of a stream`,
        run: () => {
          openedBefore = opened()
          stream = run.lane('the stream').record(async () => {
            for await (const _course of client.listCourses()) {
              received += 1
              if (received === coursesBefore)
                proxy.setFaults([{ kind: 'goaway', towards: 'client', message: 1, times: 1 }])
            }
          })
        },
      },
      proof: {
        that: 'the log of the proxy tells of the GOAWAY, and the stream is not over',
        withinMs: 10_000,
        look: () => {
          const event = proxy.log.find(({ kind }) => kind === 'goaway')
          return observation(
            event !== undefined && received < courses,
            `${event?.text}; ${received} courses received by then`,
          )
        },
      },
      meanwhile: [
        {
          that: 'the stream comes to its end',
          look: async () => {
            await stream
            const [call] = run.lane('the stream').calls
            return observation(
              call?.code === 'ok' && received > courses,
              `${call?.code}, ${received} courses`,
            )
          },
        },
        {
          that: 'the calls beside it go on without an error, over a new connection',
          look: () => {
            const { from } = run.span('inject')
            const calls = load.lane.between({ from, to: run.now() })
            const holds = calls.length > 0 && calls.every(isOk) && opened() === openedBefore + 1
            return observation(holds, `${describeCodes(calls)}; ${opened() - openedBefore} new connection`)
          },
        },
      ],
      undo: { what: 'no more faults', run: () => proxy.clear() },
      recovery: [
        {
          that: 'the old connection is closed, one is left',
          withinMs: 10_000,
          look: () => observation(proxy.connections === 1, `${proxy.connections} open`),
        },
      ],
    }
  },
}
