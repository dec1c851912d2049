export { type HttpAnswer, HttpError, sendAnswer, type ToWire } from './answer.ts'
export { holdUnfinished, readBody, readChunks, tooLarge } from './body.ts'
export { createHttpApp, type Endpoint } from './http-app.ts'
export { createHttpServer, type HttpLimits, type HttpServer } from './http-server.ts'
