import { setTimeout } from 'node:timers/promises'
import { createFilesClient, createPrivateUsersClient } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { UsersApiContainer } from '@polyservice-lab/testcontainers'
import { type Experiment, observation } from '../experiment.ts'
import { describeCodes } from '../runner/lane.ts'

const lifetimeSeconds = 2
const uploadBytes = 60_000
/** So that an upload takes twice as long as its token lives. */
const bytesPerSecond = uploadBytes / (2 * lifetimeSeconds)
const sharers = 20

export const tokenExpiresInFlight: Experiment = {
  name: 'token-expires-in-flight',
  title: 'A token expires in flight',
  hypothesis:
    'A token counts when its request begins: an upload that outlives it is stored. Afterwards it is refused, every time; clients that renew do not notice, and many of them at once renew once.',
  affects: [],
  containers: () => ({
    usersApi: new UsersApiContainer().withEnvironment({ ACCESS_TOKEN_SECONDS: String(lifetimeSeconds) }),
  }),

  async prepare(run) {
    const { usersApi } = run.lab
    const account = createFakers().user()
    const rest = usersApi.client()
    await rest.users.createUser(account)
    const proxy = await run.proxy('rest', 'tcp', [{ kind: 'bandwidth', towards: 'server', bytesPerSecond }])
    let refreshes = 0
    const renewing = usersApi.client({
      account,
      onWire: ({ direction, text }) => {
        if (direction === 'sent' && text.includes('/authentication/refresh')) refreshes += 1
      },
    })
    await renewing.users.getUserMe()
    let token = ''
    let upload: Promise<unknown> | undefined
    const uploads = run.lane('the upload')
    const old = () => createPrivateUsersClient({ ...usersApi.address(), token })

    return {
      fault: {
        what: `time passes: a token that lives for ${lifetimeSeconds} s expires while an upload is on its way`,
        run: async () => {
          token = (await rest.authentication.login(account)).accessToken
          const files = createFilesClient({ host: proxy.host, port: proxy.port, token, timeoutMs: 60_000 })
          const file = { directory: 'experiment', filename: 'slow.txt', bytes: 'x'.repeat(uploadBytes) }
          upload = uploads.record(() => files.createFile(file))
          const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
          await setTimeout(Math.max(0, exp * 1_000 - Date.now()))
        },
      },
      proof: {
        that: 'the server takes the token for expired, and the upload is still on its way',
        withinMs: 10_000,
        look: async () => {
          const { status, body } = await old().getUserMeApi()
          const detail = (body as { detail?: unknown } | undefined)?.detail
          return observation(
            status === 401 && uploads.open === 1,
            `${status} ${detail}, ${uploads.open} upload open`,
          )
        },
      },
      meanwhile: [
        {
          that: 'the upload that began in time is stored',
          look: async () => {
            await upload
            const [call] = uploads.calls
            return observation(
              call?.code === 'ok',
              `${call?.code} after ${((call?.ms ?? 0) / 1_000).toFixed(1)} s`,
            )
          },
        },
        {
          that: 'a client that does not renew is told so each time',
          look: async () => {
            const lane = run.lane('without renewing')
            for (let i = 0; i < 5; i += 1) await lane.record(() => old().getUserMe())
            const holds = lane.calls.every(
              ({ code, error }) => code === 'unauthenticated' && error?.status === 401,
            )
            return observation(holds, describeCodes(lane.calls))
          },
        },
        {
          that: `${sharers} calls at once renew once, and none of them fails`,
          look: async () => {
            const lane = run.lane('renewing')
            refreshes = 0
            await Promise.all(
              Array.from({ length: sharers }, () => lane.record(() => renewing.users.getUserMe())),
            )
            const holds = refreshes === 1 && lane.calls.every(({ code }) => code === 'ok')
            return observation(holds, `${describeCodes(lane.calls)}, ${refreshes} refresh on the wire`)
          },
        },
      ],
      undo: {
        what: 'nothing: time does not go back',
        run: () => {},
      },
      recovery: [
        {
          that: 'who logs in again is let in',
          look: async () => {
            token = (await rest.authentication.login(account)).accessToken
            const { status } = await old().getUserMeApi()
            return observation(status === 200, `${status}`)
          },
        },
      ],
    }
  },
}
