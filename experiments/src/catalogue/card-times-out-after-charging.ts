import { type Experiment, observation } from '../experiment.ts'
import { audit, cards, endsOf, endsWithinMs, entriesOf, startSaga } from './support/saga.ts'

export const cardTimesOutAfterCharging: Experiment = {
  name: 'card-times-out-after-charging',
  title: 'The card is charged, and nobody hears of it',
  hypothesis:
    'A charge whose answer is lost is asked for again under the same key and made once; when the tries are used up it is given back before the order is rejected. Nobody pays for nothing.',
  affects: [],
  async prepare(run) {
    const shop = await startSaga(run)
    const count = run.pick(3, 10)
    const ids: string[] = []
    return {
      steady: [
        {
          that: 'an order with a good card is approved',
          look: async () => {
            const { id } = await shop.place(cards.good)
            const { state } = await shop.lab.orders.waitForOrder(id)
            return observation(state === 'approved', state)
          },
        },
      ],
      fault: {
        what: `${count} orders with a card that is charged and never answers`,
        run: async () => {
          for (let i = 0; i < count; i += 1) ids.push((await shop.place(cards.chargedAndSilent)).id)
        },
      },
      proof: {
        that: 'all of them are in the ledger, and all orders are pending',
        withinMs: 10_000,
        look: async () => {
          const orders = await Promise.all(ids.map((id) => shop.lab.orders.getOrder(id)))
          const charged = (await Promise.all(ids.map((id) => entriesOf(shop, id)))).flat().length
          const pending = orders.filter(({ state }) => state === 'pending').length
          return observation(charged >= count, `${charged} lines of the ledger, ${pending} pending`)
        },
      },
      meanwhile: [
        {
          that: 'an order with a good card is approved',
          look: async () => {
            const { id } = await shop.place(cards.good)
            const { state } = await shop.lab.orders.waitForOrder(id)
            return observation(state === 'approved', state)
          },
        },
      ],
      undo: { what: 'nothing: the tries of payments are used up', run: () => {} },
      recovery: [
        {
          that: 'all of them are rejected: card_timeout',
          withinMs: endsWithinMs,
          look: async () => {
            const ended = await endsOf(shop)
            const reasons = ids.map((id) => ended.get(id)?.reason ?? 'pending')
            return observation(
              reasons.every((reason) => reason === 'card_timeout'),
              [...new Set(reasons)].join(', '),
            )
          },
        },
        {
          that: 'each was charged once and refunded once',
          look: async () => {
            const lines = await Promise.all(ids.map((id) => entriesOf(shop, id)))
            const kinds = new Set(lines.map((entries) => entries.map(({ kind }) => kind).join(' ')))
            return observation(kinds.size === 1 && kinds.has('charge refund'), [...kinds].join(', '))
          },
        },
        {
          that: 'every order has ended and nobody paid for nothing',
          withinMs: endsWithinMs,
          look: () => audit(shop),
        },
      ],
    }
  },
}
