import { type Client, Metadata, status } from '@grpc/grpc-js'
import { Health } from '@polyservice-lab/contracts/grpc'
import { LabError } from '../core/lab-error.ts'
import { methodDefinition } from './method-definition.ts'

const { path, serialize, deserialize } = methodDefinition(Health.method.check, undefined)

const answerTimeoutMs = 10_000

/**
 * Asks a server for its health again and again (grpc.health.v1), until what this returns is called. Whatever it answers, it
 * is there. The pings of grpc-js would not do: in a drain they end the calls that the server is about to answer.
 * @param cut told of the error when there is no answer
 */
export function keepAlive(client: Client, intervalMs: number, cut: (error: LabError) => void): () => void {
  const ask = () => {
    const deadline = Date.now() + answerTimeoutMs
    client.makeUnaryRequest(path, serialize, deserialize, {}, new Metadata(), { deadline }, (error) => {
      if (error?.code === status.DEADLINE_EXCEEDED)
        cut(new LabError('unavailable', 'the server does not answer'))
    })
  }
  const timer = setInterval(ask, intervalMs).unref()
  return () => clearInterval(timer)
}
