import type { Logger } from '../logger.ts'

const firstPauseMs = 100
const longestPauseMs = 1_000

/**
 * Tries again, as long as it fails in a way that passes.
 * @returns false where it was given up before
 */
export async function untilDone(
  work: () => Promise<unknown>,
  mayPass: (error: unknown) => boolean,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      await work()
      return true
    } catch (error) {
      if (!mayPass(error)) throw error
      logger.debug({ err: error }, 'a message waits')
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(end, pauseMs)
      signal.addEventListener('abort', end)
      function end(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
    })
  }
  return false
}
