import { answers, type DeadLetter, type Saga } from '@polyservice-lab/contracts/order-saga/answers'
import { services } from '@polyservice-lab/contracts/services'
import type { CallOptions, ClientOptions } from '../core/call-options.ts'
import { createSagaApi, type SagaPage, type SagaPageOptions } from './saga-api.ts'

/** Sagas and dead letters of the order saga. Calls reject with a LabError whose `reason` is the code of the problem. */
export interface OrchestratorClient {
  /** @param id of the order */
  getSaga(id: string, call?: CallOptions): Promise<Saga>
  listSagas(
    options?: SagaPageOptions & { readonly state?: Saga['state'] | undefined },
  ): Promise<SagaPage<Saga>>
  getDeadLetter(id: string, call?: CallOptions): Promise<DeadLetter>
  listDeadLetters(
    options?: SagaPageOptions & { readonly state?: DeadLetter['state'] | undefined },
  ): Promise<SagaPage<DeadLetter>>
  /** Sends a letter to its queue once more. */
  replayDeadLetter(id: string, call?: CallOptions): Promise<DeadLetter>
}

/** Default: 127.0.0.1:8015. */
export function createOrchestratorClient(options: ClientOptions = {}): OrchestratorClient {
  const api = createSagaApi({ ...options, port: options.port ?? services.orchestrator.port })
  const { saga, deadLetter } = answers
  return {
    getSaga: (id, call) => api.send(saga, `GET /sagas/${encodeURIComponent(id)}`, {}, call),
    listSagas: ({ state, ...options } = {}) => api.list(saga, 'sagas', { state }, options),
    getDeadLetter: (id, call) =>
      api.send(deadLetter, `GET /dead-letters/${encodeURIComponent(id)}`, {}, call),
    listDeadLetters: ({ state, ...options } = {}) => api.list(deadLetter, 'dead-letters', { state }, options),
    replayDeadLetter: (id, call) =>
      api.send(deadLetter, `POST /dead-letters/${encodeURIComponent(id)}/replay`, {}, call),
  }
}
