import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { Address } from './address-of.ts'

/** A way to an address that can be interrupted, as a network can. */
export interface Cable extends AsyncDisposable, Address {
  /** Cuts every connection, and lets nobody through until it is plugged in again. */
  pull(): void
  plug(): void
}

export async function layCable({ host, port }: Address): Promise<Cable> {
  const ends = new Set<Socket>()
  let isPulled = false
  const cut = () => {
    for (const end of ends) end.resetAndDestroy()
  }
  const server = createServer((near) => {
    if (isPulled) {
      near.resetAndDestroy()
      return
    }
    const far = connect(port, host)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        ends.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    pull() {
      isPulled = true
      cut()
    },
    plug() {
      isPulled = false
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
    },
  }
}
