import { connect, type Socket } from 'node:net'
import type { Channel, RawWorkload, Recording } from './workload.ts'

type RawRecording = Extract<Recording, { kind: 'raw' }>

/** An answer is complete when nothing came for this long after it; only while an answer is recorded. */
const quietMs = 80

/** Makes one operation and keeps what was answered. */
export async function recordRaw(workload: RawWorkload, port: number): Promise<RawRecording> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  try {
    if (workload.preface !== undefined) socket.write(workload.preface)
    const helloAnswer = workload.hello === undefined ? Buffer.alloc(0) : await ask(socket, workload.hello)
    const answer = await ask(socket, workload.request)
    if (workload.isGood?.(answer) === false)
      throw new Error(`not the answer that was expected: ${answer.toString('latin1', 0, 300)}`)
    return { kind: 'raw', helloAnswer, answer }
  } finally {
    socket.destroy()
  }
}

function ask(socket: Socket, request: Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    let quiet: NodeJS.Timeout | undefined
    const finish = () => {
      socket.removeAllListeners()
      resolve(Buffer.concat(chunks))
    }
    socket.on('error', reject)
    socket.on('end', finish)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      clearTimeout(quiet)
      quiet = setTimeout(finish, quietMs)
    })
    socket.write(request)
  })
}

/** One buffer for all sockets: what arrives is counted, not kept. */
const received = Buffer.allocUnsafe(262_144)

/** A connection that stays; answers are told apart by their length, which the recording knows. */
export async function openRawChannel(
  workload: RawWorkload,
  port: number,
  recording: RawRecording,
  onError: (error: Error) => void,
): Promise<Channel> {
  if (workload.perCall === true) return perCallChannel(workload, port, recording, onError)
  let missing = recording.helloAnswer.length
  let done = () => {}
  const opened = Promise.withResolvers<unknown>()
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: received,
      callback: (bytes) => {
        missing -= bytes
        if (missing === 0) done()
        else if (missing < 0) onError(new Error(`an answer is ${-missing} bytes longer than the first was`))
        return true
      },
    },
  })
  socket.on('error', onError)
  socket.on('close', () => onError(new Error('the server closed a connection')))
  socket.once('error', opened.reject)
  socket.once('connect', opened.resolve)
  await opened.promise
  if (workload.preface !== undefined) socket.write(workload.preface)
  if (workload.hello !== undefined) {
    const { promise, resolve } = Promise.withResolvers<void>()
    done = resolve
    socket.write(workload.hello)
    await promise
  }
  return {
    call(whenDone) {
      missing = recording.answer.length
      done = whenDone
      socket.write(workload.request)
    },
    close() {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

/** Each operation: connect, say all, read to the end of the answer, close. */
function perCallChannel(
  workload: RawWorkload,
  port: number,
  recording: RawRecording,
  onError: (error: Error) => void,
): Channel {
  const { hello, preface, request, untilClose } = workload
  const first = Buffer.concat([preface ?? Buffer.alloc(0), hello ?? request])
  return {
    call(done) {
      let missing = hello === undefined ? recording.answer.length : recording.helloAnswer.length
      let helloAnswered = hello === undefined
      let ended = false
      const finish = () => {
        if (ended) return
        ended = true
        socket.end()
        done()
      }
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: received,
          callback: (bytes) => {
            missing -= bytes
            if (untilClose === true || missing > 0) return true
            if (helloAnswered) finish()
            else {
              helloAnswered = true
              missing = recording.answer.length
              socket.write(request)
            }
            return true
          },
        },
      })
      socket.on('error', (error) => (ended ? undefined : onError(error)))
      socket.on('end', finish)
      socket.write(first)
    },
    close() {},
  }
}
