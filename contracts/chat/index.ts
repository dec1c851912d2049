export { chatCloses, chatMessages, generalRoom, lobbyRooms, roomsProtocol } from './facts.ts'
export {
  type ChatAcks,
  type ChatEvents,
  type ChatRequestName,
  type ChatRequests,
  type ClassicEvents,
  chatRequests,
  codePoints,
  type NewMessage,
  type RequestId,
  type RequestLimits,
  requestId,
} from './messages.ts'
