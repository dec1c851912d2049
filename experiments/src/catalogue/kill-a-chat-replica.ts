import { ChatContainer, startValkey } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { Chatters, readRoom } from './support/chatters.ts'

const peoplePerReplica = 8
const presenceTimeoutMs = 4_000
const backWithinMs = 30_000
const retries = { retriesMax: 1_000, delayMs: 100, delayMsMax: 1_000 }
/** Beyond those of a person who talks without a pause. */
const limits = { MESSAGES_BURST_MAX: '1000000', ROOM_HISTORY_MESSAGES_MAX: '1000000' }

export const killAChatReplica: Experiment = {
  name: 'kill-a-chat-replica',
  title: 'Kill a replica of the chat',
  hypothesis: `Two replicas share one chat. When one of them is killed, the people of the other one go on talking, and are told within ${presenceTimeoutMs / 1000} s that the people of the dead one have gone, once. These resume when it is back: every acknowledged message is there, once, and each person has heard every message, in one order.`,
  affects: [],

  async prepare(run) {
    const valkey = run.use(await startValkey())
    const start = async () =>
      run.use(
        await new ChatContainer()
          .withValkey(valkey)
          .withEnvironment({ ...limits, PRESENCE_TIMEOUT_MS: String(presenceTimeoutMs) })
          .start(),
      )
    const [healthy, doomed] = [await start(), await start()]
    const enter = async (replica: typeof healthy, name: string) => {
      const options = { client: replica.client({ retries, timeoutMs: 30_000 }), lane: run.lane(`on ${name}`) }
      return run.use(await Chatters.enter({ ...options, count: peoplePerReplica, rooms: 1, name }))
    }
    const [survivors, victims] = [await enter(healthy, 'a replica'), await enter(doomed, 'the killed one')]
    const everybody = [...survivors.people, ...victims.people]
    const [witness] = survivors.people
    const gone: { readonly id: string; readonly at: number }[] = []
    witness?.session.on('user_offline', ({ user_id }) => gone.push({ id: user_id, at: run.now() }))
    const acknowledged: string[] = []
    const talk = run.load('messages', everybody.length, async (worker) => {
      const text = crypto.randomUUID()
      if ((await everybody[worker]?.say(text)) !== undefined) acknowledged.push(text)
    })
    let ids: readonly string[] = []
    const goneOfKilled = () => gone.filter(({ id }) => ids.includes(id))

    return {
      holdMs: presenceTimeoutMs,
      fault: {
        what: 'kill -9 one of two replicas',
        run: async () => {
          ids = victims.people.map(({ session }) => session.id)
          await doomed.kill()
        },
      },
      proof: {
        that: 'its container has ended by SIGKILL, and its people have lost it',
        withinMs: 10_000,
        look: async () => {
          const { Running, ExitCode } = await containerState(doomed)
          const saw = `running: ${Running}, exit code ${ExitCode}, ${victims.lost} connections lost`
          return observation(!Running && ExitCode === 137 && victims.lost === peoplePerReplica, saw)
        },
      },
      meanwhile: [
        {
          that: 'its people are announced gone, each once, in time',
          look: () => {
            const told = goneOfKilled()
            const after = Math.max(0, ...told.map(({ at }) => at)) - run.span('inject').from
            const holds = told.length === ids.length && new Set(told.map(({ id }) => id)).size === ids.length
            const saw = `${told.length} of ${ids.length} told gone, the last ${(after / 1000).toFixed(1)} s after the kill`
            return observation(holds && after <= presenceTimeoutMs, saw)
          },
        },
        {
          that: 'the people of the other replica go on talking',
          look: () => {
            const calls = run.lane('on a replica').between(run.span('fault'))
            return observation(calls.length > 0 && calls.every(isOk), describeCodes(calls))
          },
        },
      ],
      undo: { what: 'start it again', run: () => doomed.start() },
      recovery: [
        {
          that: 'its people are back in their room',
          withinMs: backWithinMs,
          look: () => {
            const back = victims.people.filter(
              ({ isConnected, resumed }) => isConnected && resumed?.length === 1,
            )
            return observation(back.length === peoplePerReplica, `${back.length} of ${peoplePerReplica}`)
          },
        },
        {
          that: 'every acknowledged message is there, once',
          look: async () => {
            await talk.stop()
            const kept = witness === undefined ? [] : await readRoom(witness.session, witness.room)
            const texts = kept.map(({ message }) => message)
            const twice = texts.length - new Set(texts).size
            const there = new Set(texts)
            const lost = acknowledged.filter((text) => !there.has(text)).length
            return observation(
              lost + twice === 0 && acknowledged.length > 0,
              `${acknowledged.length} acknowledged, ${lost} lost, ${twice} twice`,
            )
          },
        },
        {
          that: 'each person has heard every message since the first, in one order',
          withinMs: 5_000,
          look: () => {
            const last = Math.max(...everybody.map(({ heard }) => heard.at(-1)?.seq ?? 0))
            const whole = everybody.filter(({ heard }) => {
              const first = heard[0]?.seq ?? 0
              return heard.at(-1)?.seq === last && heard.every(({ seq }, i) => seq === first + i)
            })
            return observation(
              whole.length === everybody.length,
              `${whole.length} of ${everybody.length}, up to ${last}`,
            )
          },
        },
        {
          that: 'nobody was told gone twice',
          look: () => observation(goneOfKilled().length === ids.length, `${goneOfKilled().length} told`),
        },
      ],
    }
  },
}
