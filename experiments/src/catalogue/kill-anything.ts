import { sagaServices } from '@polyservice-lab/contracts/order-saga'
import { type Experiment, observation } from '../experiment.ts'
import { isOk } from '../runner/lane.ts'
import { audit, cards, endsWithinMs, startSaga } from './support/saga.ts'

/** What is killed has run for so long, or been away, before the next thing happens, in ms. */
const pauseMs = { short: 2_000, full: 5_000 }

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const killAnything: Experiment = {
  name: 'kill-anything',
  title: 'Kill anything, one after the other',
  hypothesis:
    'Six services, their broker and their database may each die at any moment: once all of them run again, every order that was accepted ends within a minute, what was charged is what was approved, and nothing stays reserved.',
  affects: [],
  async prepare(run) {
    const shop = await startSaga(run)
    const kinds = [cards.good, cards.failsThreeTimes, cards.declined, cards.chargedAndSilent]
    let killed = 0
    /** A key for each order, which is sent until it is answered: a lost answer places no second order. */
    const load = run.load('orders', run.pick(2, 4), async (worker) => {
      const idempotencyKey = crypto.randomUUID()
      const kind = kinds[Math.floor(Math.random() * kinds.length)] ?? cards.good
      const deadline = run.now() + endsWithinMs
      for (;;) {
        try {
          await shop.place(kind, { idempotencyKey })
          break
        } catch (error) {
          if (run.now() > deadline) throw error
          await pause(200 + 50 * worker)
        }
      }
      await pause(200)
    })
    const victims = [
      ...sagaServices.map((name) => [name, shop.saga.service(name)] as const),
      ['rabbitmq', shop.saga.engines.rabbitmq] as const,
      ['postgres', shop.saga.engines.postgres] as const,
    ]
    // A quorum queue that was declared a moment before kill -9 of the broker does not survive.
    await pause(6_000)
    return {
      fault: {
        what: `kill -9 and start each of ${victims.map(([name]) => name).join(', ')}`,
        run: async () => {
          for (const [name, victim] of victims) {
            run.note(`kill -9 ${name}`)
            await victim.kill()
            killed += 1
            await pause(run.pick(pauseMs.short, pauseMs.full))
            await victim.start()
          }
        },
      },
      proof: {
        that: 'each of them was killed',
        look: () => observation(killed === victims.length, `${killed} of ${victims.length}`),
      },
      meanwhile: [
        {
          that: 'orders are accepted',
          withinMs: endsWithinMs,
          look: () => {
            const ok = load.lane.between(run.span('inject')).filter(isOk).length
            return observation(ok > 0, `${ok} since the first was killed`)
          },
        },
      ],
      undo: { what: 'nothing: all of them run again', run: () => load.stop() },
      recovery: [
        {
          that: 'every order has ended, charged as it should be, and nothing is reserved',
          withinMs: endsWithinMs,
          look: () => audit(shop),
        },
      ],
    }
  },
}
