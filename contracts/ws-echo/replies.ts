/** How many replies a message gets. */
export const repliesPerMessage = 5

/** What stands before the message in the i-th reply, counted from 1 (contracts/ws-echo/PROTOCOL.md). */
export function replyPrefix(i: number): string {
  return `${i} Сообщение пользователя: `
}
