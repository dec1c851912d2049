import { type Lab as Clients, createLab, type LabOptions } from '@polyservice-lab/clients'
import type { Lab } from '../../support/lab.ts'

/** Clients of a lab that is up. */
export function connect(lab: Pick<Lab, 'service'>, options: LabOptions = {}): Clients {
  const ports = {
    usersApi: lab.service('users-api').address().port,
    courseGrpc: lab.service('course-grpc').address().port,
    tcpHistory: lab.service('tcp-history').address().port,
    wsEcho: lab.service('ws-echo').address().port,
  }
  return createLab({ ports, ...options })
}
