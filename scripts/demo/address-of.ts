import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where compose has published a port of a service. */
export async function addressOf(service: string, port: number): Promise<Address> {
  const { stdout } = await promisify(execFile)('docker', ['compose', 'port', service, String(port)])
  const [host, published] = stdout.trim().split(/:(?=\d+$)/)
  if (host === undefined || published === undefined) throw new Error(`${service} is not up: make up`)
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host, port: Number(published) }
}
