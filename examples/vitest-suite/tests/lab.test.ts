import { LabError } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { expect, test } from 'vitest'
import { useLab } from './use-lab.js'

const lab = useLab()

test('a user changes their own name, and nobody else does', async () => {
  await using client = lab().client()
  const fakers = createFakers()
  const [ada, eve] = [fakers.user(), fakers.user()]
  const { id } = await client.users.createUser(ada)
  await client.users.createUser(eve)

  await client.as(ada).users.updateUser(id, { firstName: 'Ada' })
  expect((await client.as(ada).users.getUserMe()).firstName).toBe('Ada')

  const refused = await client.as(eve).users.updateUserApi(id, { firstName: 'Eve' })
  expect(refused.status).toBe(403)
})

test('an account without a password is refused, and told why', async () => {
  await using client = lab().client()
  const { password: _, ...account } = createFakers().user()
  const { status, body } = await client.users.createUserApi(account)
  expect(status).toBe(422)
  expect(body).toMatchObject({ detail: [{ type: 'missing', loc: ['body', 'password'] }] })
})

test('what the history acknowledged outlives a crash', async () => {
  await using client = lab().client()
  await client.history.send('before')
  await lab().tcpHistory.kill()
  await expect(client.history.send('lost')).rejects.toBeInstanceOf(LabError)
  await lab().tcpHistory.start()
  expect(await client.history.send('after')).toEqual(['before', 'after'])
})

test('a call to a server that hangs ends with its deadline', async () => {
  await using client = lab().client()
  await lab().wsEcho.pause()
  await expect(client.echo.echo('?', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'deadline_exceeded' })
  await lab().wsEcho.unpause()
  expect(await client.echo.echo('!')).toHaveLength(5)
})
