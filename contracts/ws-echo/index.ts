export { repliesPerMessage, replyPrefix } from './replies.ts'
