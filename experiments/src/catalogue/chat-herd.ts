import { ChatContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { containerState } from '../runner/containers.ts'
import { describeCodes, isOk } from '../runner/lane.ts'
import { Chatters, readRoom } from './support/chatters.ts'

const rooms = 20
const backWithinMs = 120_000
/** The beginning of the pauses is short, and their end is not long: the herd comes back together. */
const retries = { retriesMax: 1_000, delayMs: 500, delayMsMax: 8_000 }
const timeoutMs = 60_000

export const chatHerd: Experiment = {
  name: 'chat-herd',
  title: 'A chat with a thousand people comes back',
  hypothesis:
    'A thousand people who lose the chat at the same moment come back by themselves, with their names and rooms. What each of them said meanwhile is there, once, and nobody else notices.',
  affects: [],

  async prepare(run) {
    const herdSize = run.pick(200, 1_000)
    const chat = run.use(
      await new ChatContainer().withEnvironment({ CONNECTIONS_MAX: String(herdSize + 10) }).start(),
    )
    const lane = run.lane('messages')
    const herd = run.use(
      await Chatters.enter({
        client: chat.client({ retries, timeoutMs }),
        lane,
        count: herdSize,
        rooms,
        name: 'Person',
      }),
    )
    let said: Promise<unknown> = Promise.resolve()

    return {
      steady: [
        {
          that: 'all are connected',
          look: () => observation(herd.connected === herdSize, `${herd.connected} people`),
        },
      ],
      fault: {
        what: 'kill -9 chat; then each of its people says something',
        run: async () => {
          await chat.kill()
          said = Promise.all(herd.people.map((person) => person.say(person.name)))
        },
      },
      proof: {
        that: 'it has ended by SIGKILL, and every person has lost the connection',
        withinMs: 20_000,
        look: async () => {
          const { Running, ExitCode } = await containerState(chat)
          const saw = `running: ${Running}, exit code ${ExitCode}, ${herd.lost} connections lost`
          return observation(!Running && ExitCode === 137 && herd.lost === herdSize, saw)
        },
      },
      meanwhile: [
        {
          that: 'nobody is connected, and nothing is acknowledged',
          look: () => {
            const ok = lane.calls.filter(isOk).length
            return observation(herd.connected + ok === 0, `${herd.connected} connected, ${ok} acknowledged`)
          },
        },
      ],
      undo: { what: 'start chat again', run: () => chat.start() },
      recovery: [
        {
          that: 'all come back, with their names and rooms',
          withinMs: backWithinMs,
          look: () => {
            const back = herd.people.filter(
              ({ isConnected, resumed }) => isConnected && resumed?.length === 1,
            )
            return observation(back.length === herdSize, `${back.length} people are back`)
          },
        },
        {
          that: 'what each of them said is acknowledged, and is in the history once',
          look: async () => {
            await said
            const [first] = herd.people
            let once = 0
            for (let room = 0; room < rooms && first !== undefined; room += 1) {
              const texts = (await readRoom(first.session, `room ${room}`)).map(({ message }) => message)
              once += texts.filter(
                (text, i) => texts.indexOf(text) === i && texts.lastIndexOf(text) === i,
              ).length
            }
            const saw = `${describeCodes(lane.calls)}; ${once} in the history once`
            return observation(lane.calls.every(isOk) && once === herdSize, saw)
          },
        },
      ],
    }
  },
}
