import type { ShopGrpcClient } from '@polyservice-lab/clients'
import type { StartedShopGrpcContainer } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { connectRaw, type RawConnection } from '../../course-grpc/support/raw-client.ts'
import { until, useLab } from '../../support/lab.ts'

export interface ShopLab {
  readonly service: StartedShopGrpcContainer
  readonly client: ShopGrpcClient
  /** A connection on which every byte of gRPC is in the hands of the test. */
  readonly raw: RawConnection
  /** Resolves when so many calls are in flight. */
  inFlight(count: number): Promise<void>
  /** How many calls of a method have ended so. */
  outcomes(method: string, outcome: string): Promise<number>
}

/** A shop-grpc of its own for a test file, reset before each test, with a client. */
export function useShopLab(env?: Record<string, string>): ShopLab {
  const lab = useLab(['shop-grpc'], env)
  const service = () => lab.service('shop-grpc') as StartedShopGrpcContainer
  let client: ShopGrpcClient | undefined
  let raw: RawConnection | undefined
  beforeAll(async () => {
    client = service().client()
    raw = await connectRaw(service().address())
  })
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]()
    await raw?.[Symbol.asyncDispose]()
  })
  beforeEach(() => service().reset())
  return {
    get service() {
      return service()
    },
    get client() {
      return there(client)
    },
    get raw() {
      return there(raw)
    },
    inFlight: (count) =>
      until(
        async () => (await service().metric('lab_requests_in_flight')) === count,
        `${count} calls in flight`,
      ),
    async outcomes(method, outcome) {
      const text = await fetch(`${service().adminUrl()}/metrics`).then((response) => response.text())
      const line = text.split('\n').find((line) => line.includes(`/${method}",outcome="${outcome}"`))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there inside of tests only')
  return value
}
