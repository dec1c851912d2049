export { decodeAnswer, decodeRequest, decodeText } from './frame-decoders.ts'
export { FrameParser } from './frame-parser.ts'
export {
  type Answer,
  encodeAnswer,
  encodeRequest,
  type Frame,
  FrameError,
  frameTypes,
  messagesFrameBytesMax,
  messagesFrameOverhead,
  preface,
  type Request,
} from './frames.ts'
export {
  decodeErrorLine,
  encodeErrorLine,
  type HistoryErrorCode,
  historyErrors,
  isHistoryErrorCode,
} from './history-errors.ts'
export { PlainParser, type PlainResult } from './plain-parser.ts'
