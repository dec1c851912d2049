import { patterns } from '@polyservice-lab/contracts/order-saga'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { HttpServer } from '@polyservice-lab/service-kit/http'
import {
  type AnswerStream,
  createJsonApi,
  type JsonRoute,
  jsonRoute,
  listQuery,
  pageOf,
} from '@polyservice-lab/service-kit/json-api'
import type { Request } from 'express'
import * as z from 'zod'
import type { Config } from '../config.ts'
import { type LetterStore, letterStates } from '../domain/dead-letter.ts'
import { sagaStates } from '../domain/saga.ts'
import type { SagaReads } from '../domain/saga-store.ts'
import { toWire } from './errors.ts'
import { createOrchestratorPage } from './page.ts'
import type { SagaStreams } from './saga-streams.ts'
import { viewOfLetter, viewOfSaga } from './views.ts'

export interface HttpEdgeOptions {
  readonly sagas: SagaReads
  readonly letters: LetterStore
  readonly streams: SagaStreams
  readonly config: Config
  readonly deps: ServiceDeps
}

/** Sagas and dead letters over HTTP, as they are and as they change, and a page for people. */
export function createHttpEdge({ sagas, letters, streams, config, deps }: HttpEdgeOptions): HttpServer {
  const page: AnswerStream = {
    path: '/',
    operation: 'page',
    handle: createOrchestratorPage(config),
  }
  const stream: AnswerStream = {
    path: '/sagas/stream',
    operation: 'streamSagas',
    handle: (_request, response) => streams.open(response),
  }
  const routes = [...sagaRoutes(sagas), ...letterRoutes(letters)]
  return createJsonApi({ routes, streams: [page, stream], toWire, config, deps })
}

function stateQuery(states: readonly string[]) {
  const text = `must be one of ${states.join(', ')}`
  return z.object({ ...listQuery, state: z.enum(states, text).optional() })
}

function sagaRoutes(sagas: SagaReads): JsonRoute[] {
  return [
    jsonRoute('GET /sagas', {
      operation: 'listSagas',
      query: stateQuery(sagaStates),
      async handle({ query: { state, after, limit } }) {
        const known = sagaStates.find((one) => one === state)
        const rows = await sagas.list(known, after, limit + 1)
        return { status: 200, value: pageOf(rows, limit, viewOfSaga) }
      },
    }),
    jsonRoute('GET /sagas/:id', {
      operation: 'getSaga',
      async handle({ request }) {
        return { status: 200, value: viewOfSaga(await found(request, 'saga', (id) => sagas.find(id))) }
      },
    }),
  ]
}

function letterRoutes(letters: LetterStore): JsonRoute[] {
  return [
    jsonRoute('GET /dead-letters', {
      operation: 'listDeadLetters',
      query: stateQuery(letterStates),
      async handle({ query: { state, after, limit } }) {
        const known = letterStates.find((one) => one === state)
        const rows = await letters.list(known, after, limit + 1)
        return { status: 200, value: pageOf(rows, limit, viewOfLetter) }
      },
    }),
    jsonRoute('GET /dead-letters/:id', {
      operation: 'getDeadLetter',
      async handle({ request }) {
        return { status: 200, value: viewOfLetter(await found(request, 'letter', (id) => letters.find(id))) }
      },
    }),
    jsonRoute('POST /dead-letters/:id/replay', {
      operation: 'replayDeadLetter',
      async handle({ request }) {
        const replayed = await found(request, 'letter', (id) => letters.replay(id))
        return { status: 202, value: viewOfLetter(replayed) }
      },
    }),
  ]
}

/** @throws AppError not_found, for a malformed id too */
async function found<T>(
  { params }: Request,
  kind: string,
  find: (id: string) => Promise<T | undefined>,
): Promise<T> {
  const id = String(params['id'])
  const entity = patterns.uuid.test(id) ? await find(id) : undefined
  if (entity === undefined) throw new AppError('not_found', `there is no such ${kind}`)
  return entity
}
