import { Cards as CardsService } from '@polyservice-lab/contracts/order-saga/cards'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { createGrpcServer, type GrpcServer, serveMethods } from '@polyservice-lab/service-kit/grpc'
import type { Config } from '../config.ts'
import type { Cards } from '../domain/cards.ts'
import { cardsHandlers } from './cards-service.ts'
import { toWire } from './errors.ts'

/** The card network as lab.cards.v1.Cards, in plaintext. */
export function createCardsServer(cards: Cards, config: Config, deps: ServiceDeps): GrpcServer {
  const routes = serveMethods(CardsService, cardsHandlers(cards))
  return createGrpcServer({ routes, toWire, limits: config }, deps)
}
