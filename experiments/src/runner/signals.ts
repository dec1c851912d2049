/** A signal that SIGINT, SIGTERM or an unforeseen error aborts, so that faults are undone and containers removed. */
export function abortOnSignals(write: (text: string) => void): AbortSignal {
  const controller = new AbortController()
  const stop = (why: string) => {
    write(
      controller.signal.aborted ? '\n  still undoing\n' : `\n  ${why}: undoing the fault, removing the lab\n`,
    )
    controller.abort(new Error(why))
  }
  process.on('SIGINT', () => stop('interrupted'))
  process.on('SIGTERM', () => stop('asked to end'))
  // Nobody reads any more: `make experiments-all | head`.
  process.stdout.on('error', () => controller.abort(new Error('nobody listens')))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      process.exitCode = 1
      write(`\n${error instanceof Error ? error.stack : String(error)}\n`)
      stop('an error that nobody foresaw')
    })
  return controller.signal
}
