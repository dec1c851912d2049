import { callGrpc, openGrpcChannels, openSession } from './grpc-channel.ts'
import { openRawChannel, recordRaw } from './raw-channel.ts'
import { type Channel, type Concurrency, grpcFrame, type Recording, type Workload } from './workload.ts'

/** Makes one operation and keeps its answer. Rejects when it is not a good one. */
export async function record(workload: Workload, port: number): Promise<Recording> {
  if (workload.kind === 'raw') return recordRaw(workload, port)
  const { session } = openSession(port)
  try {
    return await callGrpc(session, workload.path, grpcFrame(workload.message))
  } finally {
    session.destroy()
  }
}

/** Opens all channels of a load; the first failure of any is told to `onError`. */
export async function openChannels(
  workload: Workload,
  port: number,
  recording: Recording,
  { connections, streams = 1 }: Concurrency,
  onError: (error: Error) => void,
): Promise<Channel[]> {
  const channels: Channel[] = []
  for (let i = 0; i < connections; i++) {
    if (workload.kind === 'grpc') channels.push(...openGrpcChannels(workload, port, streams, onError))
    else if (recording.kind === 'raw') channels.push(await openRawChannel(workload, port, recording, onError))
  }
  return channels
}

/** Bytes on the wire of one operation, both ways, without what opens the connection. */
export async function wireBytes(
  workload: Workload,
  port: number,
  recording: Recording,
): Promise<{ out: number; in: number }> {
  if (workload.kind === 'raw') {
    const first = workload.perCall === true || workload.untilClose === true
    const hello = first ? (workload.hello?.length ?? 0) + (workload.preface?.length ?? 0) : 0
    const helloAnswer = first && recording.kind === 'raw' ? recording.helloAnswer.length : 0
    const operations = workload.operations ?? 1
    const answer = recording.kind === 'raw' ? recording.answer.length : 0
    return { out: (workload.request.length + hello) / operations, in: (answer + helloAnswer) / operations }
  }
  const { session, socket } = openSession(port)
  const body = grpcFrame(workload.message)
  const calls = 10
  try {
    // The first call says what HPACK remembers for those after it.
    if (workload.perCall !== true) await callGrpc(session, workload.path, body)
    const before =
      workload.perCall === true ? { out: 0, in: 0 } : { out: socket.bytesWritten, in: socket.bytesRead }
    const measured = workload.perCall === true ? 1 : calls
    for (let i = 0; i < measured; i++) await callGrpc(session, workload.path, body)
    return {
      out: (socket.bytesWritten - before.out) / measured,
      in: (socket.bytesRead - before.in) / measured,
    }
  } finally {
    session.destroy()
  }
}
