import { webSocketWorkload } from '../../load/websocket-workload.ts'
import type { RawWorkload } from '../../load/workload.ts'
import type { Server } from '../../servers/server-process.ts'
import { startService } from '../../servers/service.ts'

export const name = 'ws-echo'

/** Without the pings of a heartbeat, which a load that is made of bytes does not answer. */
export function startEcho(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  return startService(name, { HEARTBEAT_MS: '3600000', ...env })
}

/** One text message, which is answered with five. */
export function echoWorkload(message: string): RawWorkload {
  return {
    ...webSocketWorkload(message),
    isGood: (answer) => answer.toString('utf8').split('Сообщение пользователя').length === 6,
  }
}
