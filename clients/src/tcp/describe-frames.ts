import type { Answer, Request } from '@polyservice-lab/contracts/tcp-history'

/** A frame in words, as it is told to `onWire`. */
export function describeRequest(request: Request): string {
  switch (request.type) {
    case 'append':
      return `APPEND ${JSON.stringify(Buffer.from(request.message).toString())}`
    case 'read':
      return `READ from ${request.from} limit ${request.limit}`
    case 'follow':
      return `FOLLOW from ${request.from}`
  }
}

export function describeAnswer(answer: Answer): string {
  switch (answer.type) {
    case 'appended':
      return `APPENDED ${answer.sequence}`
    case 'messages':
      return `MESSAGES from ${answer.first}: ${answer.messages
        .map((message) => JSON.stringify(Buffer.from(message).toString()))
        .join(', ')}`
    case 'end':
      return `END ${answer.last}`
    case 'error':
      return `ERROR ${answer.code}: ${answer.text}`
  }
}
