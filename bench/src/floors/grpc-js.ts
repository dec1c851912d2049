// The floor of gRPC: a server of @grpc/grpc-js with one method, which reads the message and answers with those it was given.
import { readFileSync } from 'node:fs'
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js'

const [port, script = ''] = process.argv.slice(2)
const { path, body } = JSON.parse(readFileSync(script, 'utf8'))
const prefixBytes = 5

const messages: Buffer[] = []
for (let rest = Buffer.from(body, 'base64'); rest.length > 0; ) {
  const end = prefixBytes + rest.readUInt32BE(1)
  messages.push(rest.subarray(prefixBytes, end))
  rest = rest.subarray(end)
}
const [only, ...others] = messages
const isUnary = only !== undefined && others.length === 0

const asItIs = (bytes: Buffer) => bytes
const method: MethodDefinition<Buffer, Buffer> = {
  path,
  requestStream: false,
  responseStream: !isUnary,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
}
const answer: handleUnaryCall<Buffer, Buffer> = (_call, callback) => callback(null, only)
const stream: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  for (const message of messages) call.write(message)
  call.end()
}

const server = new Server()
server.addService({ method }, { method: isUnary ? answer : stream })
server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), () => {})
