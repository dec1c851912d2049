export type { Connection } from './connection.ts'
export type { Close, Message } from './connection-options.ts'
export { asksForWebSocket, isHandshake } from './handshake.ts'
export { WebSockets, type WebSocketsOptions } from './web-sockets.ts'
