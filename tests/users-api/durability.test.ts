import {
  createAuthenticationClient,
  createPrivateUsersClient,
  createPublicUsersClient,
} from '@polyservice-lab/clients'
import type { NewUser } from '@polyservice-lab/contracts/users-api'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createPerson, fakers } from './support/people.ts'

const lab = useLab(['users-api'])

test('loses nothing that it acknowledged when it is killed, and knows its tokens again', async () => {
  const service = lab.service('users-api')
  const person = await createPerson(service)
  const client = createPublicUsersClient(await service.address())
  const acknowledged: NewUser[] = []
  let killed = false
  const writers = Array.from({ length: 4 }, async () => {
    for (;;) {
      const user = fakers.user()
      try {
        await client.createUser(user)
      } catch (error) {
        if (killed) return
        throw error
      }
      acknowledged.push(user)
      if (acknowledged.length === 10) {
        killed = true
        await service.signal('SIGKILL')
      }
    }
  })
  await Promise.all(writers)
  await service.exitCode()
  await service.start()
  const address = await service.address()
  const again = createPublicUsersClient(address)
  for (const user of acknowledged)
    await expect(again.createUser(user)).rejects.toMatchObject({ code: 'already_exists' })
  const me = createPrivateUsersClient({ ...address, token: person.tokens.accessToken })
  expect(await me.getUserMe()).toEqual(person.user)
})

test('forgets everything when it is reset', async () => {
  const service = lab.service('users-api')
  const { fields, users, files } = await createPerson(service)
  const file = await files.createFile({ directory: 'tests', filename: 'x', bytes: 'x' })
  await service.reset()
  await expect(users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(files.downloadFile(file)).rejects.toMatchObject({ code: 'not_found' })
  const login = createAuthenticationClient(await service.address()).login(fields)
  await expect(login).rejects.toMatchObject({ code: 'unauthenticated' })
})
