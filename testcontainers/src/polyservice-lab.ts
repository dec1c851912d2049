import { createLab, type Lab, type LabOptions } from '@polyservice-lab/clients'
import { CourseGrpcContainer, type StartedCourseGrpcContainer } from './course-grpc-container.ts'
import type { StartedServiceContainer } from './started-service-container.ts'
import { type StartedTcpHistoryContainer, TcpHistoryContainer } from './tcp-history-container.ts'
import { type StartedUsersApiContainer, UsersApiContainer } from './users-api-container.ts'
import { type StartedWsEchoContainer, WsEchoContainer } from './ws-echo-container.ts'

/** The containers of a lab, where they are not to be the usual ones. */
export interface LabContainers {
  readonly usersApi?: UsersApiContainer
  readonly courseGrpc?: CourseGrpcContainer
  readonly tcpHistory?: TcpHistoryContainer
  readonly wsEcho?: WsEchoContainer
}

/**
 * All four services.
 * @example
 * await using lab = await new PolyserviceLab({ usersApi: new UsersApiContainer().withPolicy('open') }).start()
 * await using client = lab.client()
 */
export class PolyserviceLab {
  readonly #containers: Required<LabContainers>

  constructor({
    usersApi = new UsersApiContainer(),
    courseGrpc = new CourseGrpcContainer(),
    tcpHistory = new TcpHistoryContainer(),
    wsEcho = new WsEchoContainer(),
  }: LabContainers = {}) {
    this.#containers = { usersApi, courseGrpc, tcpHistory, wsEcho }
  }

  /** Starts all at once. When one of them fails, none of them stays. */
  async start(): Promise<StartedPolyserviceLab> {
    const { usersApi, courseGrpc, tcpHistory, wsEcho } = this.#containers
    const starting = [usersApi.start(), courseGrpc.start(), tcpHistory.start(), wsEcho.start()] as const
    try {
      return new StartedPolyserviceLab(await Promise.all(starting))
    } catch (error) {
      for (const start of await Promise.allSettled(starting))
        if (start.status === 'fulfilled') await start.value.stop()
      throw error
    }
  }
}

/** A lab that runs. Disposing it removes its containers and what they kept. */
export class StartedPolyserviceLab implements AsyncDisposable {
  readonly usersApi: StartedUsersApiContainer
  readonly courseGrpc: StartedCourseGrpcContainer
  readonly tcpHistory: StartedTcpHistoryContainer
  readonly wsEcho: StartedWsEchoContainer

  constructor([usersApi, courseGrpc, tcpHistory, wsEcho]: readonly [
    StartedUsersApiContainer,
    StartedCourseGrpcContainer,
    StartedTcpHistoryContainer,
    StartedWsEchoContainer,
  ]) {
    this.usersApi = usersApi
    this.courseGrpc = courseGrpc
    this.tcpHistory = tcpHistory
    this.wsEcho = wsEcho
  }

  /** The four, for what is done to each of them. */
  get services(): readonly StartedServiceContainer[] {
    return [this.usersApi, this.courseGrpc, this.tcpHistory, this.wsEcho]
  }

  /** Clients of all four, for where they are now. They are the caller's to dispose. */
  client(options: Omit<LabOptions, 'host' | 'ports'> = {}): Lab {
    const ports = {
      usersApi: this.usersApi.address().port,
      courseGrpc: this.courseGrpc.address().port,
      tcpHistory: this.tcpHistory.address().port,
      wsEcho: this.wsEcho.address().port,
    }
    return createLab({ ...options, host: this.usersApi.address().host, ports })
  }

  /** All four forget everything. */
  async reset(): Promise<void> {
    await Promise.all(this.services.map((service) => service.reset()))
  }

  /** What each of them wrote until now, under its name. */
  async readLogs(): Promise<string> {
    const logs = this.services.map(async (service) => `--- ${service.service}\n${await service.readLogs()}`)
    return (await Promise.all(logs)).join('\n')
  }

  async stop(): Promise<void> {
    const stopped = await Promise.allSettled(this.services.map((service) => service.stop()))
    const failures = stopped.flatMap((stop) => (stop.status === 'rejected' ? [stop.reason] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'not every container was removed')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
