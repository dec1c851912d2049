import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { describeCodes } from '../runner/lane.ts'

/** The deadline of each call, in ms. */
const deadlineMs = 400
/** How late a deadline may fire on a machine that is busy, in ms. */
const lateMsMax = 5_000

export const pauseTheGrpcService: Experiment = {
  name: 'pause-the-grpc-service',
  title: 'Pause the gRPC service',
  hypothesis:
    'A server that hangs is not a server that is gone: its connections stay open, and only deadlines end the calls. A call that can wait is answered when the server goes on.',
  affects: ['grpc'],
  clients: { timeoutMs: { grpc: deadlineMs } },

  prepare(run) {
    const { courseGrpc } = run.lab
    const patient = run.use(courseGrpc.client({ timeoutMs: 60_000 }))
    let waiting: Promise<unknown> | undefined
    const hung = () => run.lane('grpc').between(run.span('fault'))

    return {
      fault: {
        what: 'docker pause course-grpc',
        run: async () => {
          await courseGrpc.pause()
          waiting = run.lane('a patient call').record(() => patient.getCourse('api-course'))
        },
      },
      proof: {
        that: 'its processes are frozen',
        look: async () => {
          const { Paused, Running } = await containerState(courseGrpc)
          return observation(Paused, `paused: ${Paused}, running: ${Running}`)
        },
      },
      meanwhile: [
        {
          that: 'every call ends with deadline_exceeded',
          withinMs: lateMsMax,
          look: () => {
            const holds = hung().length > 0 && hung().every(({ code }) => code === 'deadline_exceeded')
            return observation(holds, describeCodes(hung()))
          },
        },
        {
          that: `deadlines of ${deadlineMs} ms fire when they are due`,
          look: () => {
            const times = hung().map(({ ms }) => Math.round(ms))
            const [first, last] = [Math.min(...times), Math.max(...times)]
            // Timers of Node count whole milliseconds.
            const holds = first >= deadlineMs - 2 && last < deadlineMs + lateMsMax
            return observation(holds, `the calls ended after ${first} to ${last} ms`)
          },
        },
      ],
      undo: { what: 'docker unpause course-grpc', run: () => courseGrpc.unpause() },
      recovery: [
        {
          that: 'the call that could wait is answered, over its old connection',
          look: async () => {
            await waiting
            const [call] = run.lane('a patient call').calls
            return observation(call?.code === 'ok', `${call?.code} after ${Math.round(call?.ms ?? 0)} ms`)
          },
        },
      ],
    }
  },
}
