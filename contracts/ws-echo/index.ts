export { type Close, closeCodes, decodeClose, encodeClose, WebSocketFault } from './close-frames.ts'
export { encodeFrames, fin, lengthOf, opcodes, type Payload, rsv1 } from './frames.ts'
export { type Message, MessageReader, type MessageReaderOptions, type Received } from './message-reader.ts'
export { repliesPerMessage, replyPrefix } from './replies.ts'
