export { bearerOf } from '../bearer.ts'
export { type HttpAnswer, sendAnswer, type ToWire } from './answer.ts'
export {
  type BodyTypes,
  checkContentType,
  holdUnfinished,
  readBody,
  readChunks,
  tooLarge,
} from './body.ts'
export { etagOf, isAnyTag, isKept, tagsOf, withoutWeakness } from './etags.ts'
export type { Exchange } from './exchange.ts'
export { fixedAnswer, htmlPage } from './fixed-answers.ts'
export { onGone } from './gone.ts'
export { createHttpApp, type Endpoint } from './http-app.ts'
export { HttpError } from './http-error.ts'
export { Crowd, createHttpServer, type HttpServer, type Upgrades } from './http-server.ts'
export { type HttpLimits, readHttpLimits } from './limits.ts'
export { createPage, type PageParts } from './page.ts'
export { headersOf, problemAnswer } from './problem.ts'
export { refuseUpgrade } from './refuse-upgrade.ts'
export { originOf } from './request-head.ts'
