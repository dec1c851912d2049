import {
  createAuthenticationClient,
  createPrivateUsersClient,
  createPublicUsersClient,
} from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const options = { host, port, onWire: story.onWire }
  const authentication = createAuthenticationClient(options)
  const account = createFakers().user()

  await story.step(
    'create a user',
    () => createPublicUsersClient(options).createUser(account),
    (user) => `${user.firstName} ${user.lastName} has the id ${user.id}`,
  )
  const tokens = await story.step(
    'log in',
    () => authentication.login(account),
    ({ accessToken }) => `an access token of ${accessToken.length} characters, and one to refresh it`,
  )
  const users = createPrivateUsersClient({ ...options, token: tokens?.accessToken })
  const me = await story.step(
    'read /users/me with the token',
    () => users.getUserMe(),
    (user) => `the token belongs to ${user.email}`,
  )
  await story.step(
    'change the first name',
    () => users.updateUser(me?.id ?? '', { firstName: 'Ada' }),
    (user) => `now ${user.firstName} ${user.lastName}`,
  )
  await story.step(
    'refresh the access token',
    () => authentication.refresh(tokens?.refreshToken ?? ''),
    ({ accessToken }) => (accessToken === tokens?.accessToken ? 'the same token' : 'a new access token'),
  )
  await story.mistake('read /users/me without a token', 'unauthenticated', () =>
    createPrivateUsersClient(options).getUserMe(),
  )
}
