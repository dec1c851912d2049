export type { Connection } from './connection.ts'
export type { Close, Message } from './connection-options.ts'
export { WebSockets, type WebSocketsOptions } from './web-sockets.ts'
