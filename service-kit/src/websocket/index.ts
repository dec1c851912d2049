export type { Close, Connection, Message } from './connection.ts'
export { WebSockets, type WebSocketsOptions } from './web-sockets.ts'
