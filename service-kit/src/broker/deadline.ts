/** amqplib waits without end for a broker that is frozen: every call to it has this end. */
const callTimeoutMs = 10_000

/** @throws Error naming what did not end in time */
export async function withDeadline<T>(work: Promise<T>, what: string, ms = callTimeoutMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms)
  })
  // What ends badly after the deadline has been told already.
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
