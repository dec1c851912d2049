import { join } from 'node:path'
import { startPostgres } from '@polyservice-lab/testcontainers'
import { httpWorkload } from '../../load/http-workload.ts'
import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { accepts, freePort, type Server, startServer } from '../../servers/server-process.ts'
import { startService } from '../../servers/service.ts'

const envelope = `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><GetUser xmlns="http://example.com/user-service"><id>123</id></GetUser></soap:Body></soap:Envelope>`
const workload = httpWorkload({
  method: 'POST',
  path: '/soap',
  headers: { 'Content-Type': 'application/soap+xml; charset=utf-8' },
  body: envelope,
})

/** The database of the service, which the floor reads as well. */
let databaseUrl = ''

/** shop-soap with a PostgreSQL that goes with it. */
async function startSubject(): Promise<Server> {
  const postgres = await startPostgres()
  databaseUrl = postgres.container.getConnectionUri()
  const server = await startService('shop-soap', { DATABASE_URL: databaseUrl })
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await postgres.stop()
    },
  }
}

async function startFloor(): Promise<Server> {
  const port = await freePort()
  return startServer({
    program: process.execPath,
    args: [join(import.meta.dirname, '../../floors/soap.ts'), `${port}`],
    env: { DATABASE_URL: databaseUrl },
    port,
    isReady: () => accepts(port),
  })
}

export const soapGetUser: Scenario = {
  name: 'soap-get-user',
  title: 'One user in SOAP: GetUser against bare node:http, fast-xml-parser and the same statement',
  view: 'ratios',
  cases: [
    comparison({
      name: '16 connections',
      protocol: 'SOAP',
      operation: 'POST /soap, GetUser in SOAP 1.2, connections kept alive, PostgreSQL on the same machine',
      profile: 'short',
      subject: async () => ({ server: await startSubject(), workload }),
      floor: startFloor,
      concurrency: { connections: 16 },
    }),
  ],
}
