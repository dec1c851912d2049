import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { audit, cards, endsOf, endsWithinMs, startSaga } from './support/saga.ts'

export const orchestratorDiesBetweenTwoSteps: Experiment = {
  name: 'orchestrator-dies-between-two-steps',
  title: 'The orchestrator dies between two steps',
  hypothesis:
    'A saga is a row and its next command a row of the outbox, written in one transaction: an orchestrator that is killed between two steps goes on where it was, and no step has its effect twice.',
  affects: [],
  async prepare(run) {
    const shop = await startSaga(run)
    const orchestrator = shop.saga.service('orchestrator')
    const count = run.pick(5, 20)
    const ids: string[] = []
    let waiting = 0
    return {
      fault: {
        what: `kill -9 orchestrator while ${count} orders wait for their card`,
        run: async () => {
          for (let i = 0; i < count; i += 1) ids.push((await shop.place(cards.failsThreeTimes)).id)
          const { items } = await shop.lab.orchestrator.listSagas({ state: 'running', limit: 1000 })
          waiting = items.filter(({ steps }) => steps.at(-1)?.state === 'waiting').length
          await orchestrator.kill()
        },
      },
      proof: {
        that: 'its container has ended by SIGKILL, and sagas were under way',
        look: async () => {
          const { Running, ExitCode } = await containerState(orchestrator)
          const saw = `running: ${Running}, exit code ${ExitCode}; ${waiting} sagas waited`
          return observation(!Running && ExitCode === 137 && waiting > 0, saw)
        },
      },
      meanwhile: [
        {
          that: 'orders are accepted, and stay pending',
          look: async () => {
            const { id } = await shop.place(cards.good)
            ids.push(id)
            const { state } = await shop.lab.orders.getOrder(id)
            return observation(state === 'pending', state)
          },
        },
      ],
      undo: { what: 'start the orchestrator again', run: () => orchestrator.start() },
      recovery: [
        {
          that: 'every order is approved',
          withinMs: endsWithinMs,
          look: async () => {
            const ended = await endsOf(shop)
            const approved = ids.filter((id) => ended.get(id)?.state === 'approved').length
            return observation(approved === ids.length, `${approved} of ${ids.length} approved`)
          },
        },
        {
          that: 'each was charged once, and nothing is reserved',
          withinMs: endsWithinMs,
          look: () => audit(shop),
        },
      ],
    }
  },
}
