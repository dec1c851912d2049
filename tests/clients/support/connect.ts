import { type Lab as Clients, createLab, type LabOptions } from '@polyservice-lab/clients'
import type { Lab } from '../../support/lab.ts'
import type { ServiceName } from '../../support/services.ts'

const portNames = {
  usersApi: 'users-api',
  courseGrpc: 'course-grpc',
  tcpHistory: 'tcp-history',
  wsEcho: 'ws-echo',
} as const satisfies Record<string, ServiceName>

/** Clients of a lab that is up. */
export async function connect(lab: Pick<Lab, 'service'>, options: LabOptions = {}): Promise<Clients> {
  const ports = await Promise.all(
    Object.entries(portNames).map(async ([name, service]) => [
      name,
      (await lab.service(service).address()).port,
    ]),
  )
  return createLab({ ports: Object.fromEntries(ports), ...options })
}
