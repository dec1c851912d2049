import { type EventStream, EventStreams, encodeEvent } from '@polyservice-lab/service-kit/json-api'
import type { Response } from 'express'
import type { Config } from '../config.ts'
import type { Saga } from '../domain/saga.ts'
import { viewOfSaga } from './views.ts'

/** Streams that tell of every change of a saga. */
export interface SagaStreams {
  /** @throws AppError unavailable at a drain */
  open(response: Response): void
  changed(saga: Saga): void
  drain(): void
}

export function createSagaStreams({ streamPingMs, bufferBytesMax, sendBytesMax }: Config): SagaStreams {
  const streams = new EventStreams({ pingMs: streamPingMs, bufferBytesMax, sendBytesMax })
  const open = new Set<EventStream>()
  return {
    open(response) {
      const stream = streams.open(response)
      open.add(stream)
      stream.onClose(() => open.delete(stream))
    },
    changed(saga) {
      if (open.size === 0) return
      const text = encodeEvent({ event: 'saga', data: viewOfSaga(saga) })
      for (const stream of open) stream.send(text)
    },
    drain: () => streams.drain(),
  }
}
