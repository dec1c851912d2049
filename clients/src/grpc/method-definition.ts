import type { DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { decodeMessage, encodeMessage, methodPath } from '@polyservice-lab/contracts/grpc'
import type { Tell } from '../core/wire.ts'
import { tellMessage } from './describe-call.ts'

/** A method as the generated descriptor of a service gives it. */
export type Method = DescMethod

export type Input<M extends Method> = MessageInitShape<M['input']>
export type Output<M extends Method> = MessageShape<M['output']>

/** What grpc-js needs to know of a method to call it. */
export interface MethodDefinition<M extends Method> {
  /** `/package.Service/Method` */
  readonly path: string
  readonly serialize: (request: Input<M>) => Buffer
  readonly deserialize: (bytes: Buffer) => Output<M>
}

/** Derives the definition of a method from its descriptor; `tell` is told of each message. */
export function methodDefinition<M extends Method>(method: M, tell: Tell | undefined): MethodDefinition<M> {
  const input: M['input'] = method.input
  const output: M['output'] = method.output
  return {
    path: methodPath(method),
    serialize(request) {
      const bytes = encodeMessage(input, request)
      tellMessage(tell, 'sent', input, bytes)
      return bytes
    },
    deserialize(bytes) {
      tellMessage(tell, 'received', output, bytes)
      return decodeMessage(output, bytes) as Output<M>
    },
  }
}
