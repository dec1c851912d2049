import { type CallOptions, createLab } from '@polyservice-lab/clients'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { connect } from './support/connect.ts'

const lab = useLab(coreServiceNames)

const calls: Record<string, (clients: ReturnType<typeof createLab>, call: CallOptions) => Promise<unknown>> =
  {
    REST: (clients, call) => clients.users.getUserApi('1', call),
    gRPC: (clients, call) => clients.catalogue.getCourse('api-course', call),
    'raw TCP': (clients, call) => clients.history.send('hello', call),
    'framed TCP': async (clients, call) => {
      await using session = await clients.history.open()
      return await session.append('hello', call)
    },
    WebSocket: (clients, call) => clients.echo.echo('hello', call),
  }

describe.each(Object.entries(calls))('%s', (_protocol, run) => {
  test.each([1.5e4 + 0.5, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 32, Number.MAX_VALUE])(
    'takes timeoutMs %d, and is answered',
    async (timeoutMs) => {
      await using clients = connect(lab)
      await expect(run(clients, { timeoutMs })).resolves.toBeDefined()
    },
  )

  test.each([0, -1, Number.NEGATIVE_INFINITY])(
    'is out of time at once with timeoutMs %d',
    async (timeoutMs) => {
      await using clients = connect(lab)
      await expect(run(clients, { timeoutMs })).rejects.toMatchObject({ code: 'deadline_exceeded' })
    },
  )

  test.each([Number.NaN, '1000'])('refuses timeoutMs %j as a rejection', async (timeoutMs) => {
    await using clients = connect(lab)
    const call = { timeoutMs } as unknown as CallOptions
    await expect(run(clients, call)).rejects.toMatchObject({
      name: 'LabError',
      code: 'invalid_argument',
      message: expect.stringContaining('timeoutMs'),
    })
  })

  test('says of a port where nobody listens that the lab may be down', async () => {
    const ports = { usersApi: 2, courseGrpc: 2, tcpHistory: 2, wsEcho: 2 }
    await using clients = createLab({ ports })
    await expect(run(clients, {})).rejects.toMatchObject({
      code: 'unavailable',
      message: 'nobody listens at 127.0.0.1:2: is the lab up? make up',
    })
  })
})
