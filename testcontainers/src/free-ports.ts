import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

export const loopback = '127.0.0.1'

// Below the ports that systems give to outgoing connections (32768 and above on Linux, 49152 elsewhere), so that nothing
// takes a port while its container is down.
const lowest = 20_000
const highest = 30_000

/** A port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    if (await canListen(loopback, port)) return port
  }
}

/** Whether an address is one of this machine's own, and the port of it is free. @param port 0 is any */
export function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
