import { type Logger, pino } from 'pino'

export type { Logger }

/** Fields whose values are secrets wherever they stand in a log line. A net below the rule: log an allow-list. */
const secretFields = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'secret']

// On the finished line: at every depth, and a third of the price of pino's own redaction, which copies the object.
const secretValue = new RegExp(`"(${secretFields.join('|')})":(?:"(?:[^"\\\\]|\\\\.)*"|[^",}]+)`, 'g')

/** The line with `***` in place of every secret. */
export function maskSecrets(line: string): string {
  return line.replace(secretValue, '"$1":"***"')
}

/**
 * JSON lines on standard output, `service` in each. The lines of one turn of the event loop leave in one write at its
 * end: under load that is a write for many requests, and a kill loses nothing older than the turn it falls in.
 */
export function createLogger(service: string, level: string): Logger {
  const output = pino.destination({ dest: 1, sync: true, minLength: 16_000 })
  let flushes = false
  const flush = () => {
    flushes = false
    output.flushSync()
  }
  process.on('exit', flush)
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line) => {
        output.write(maskSecrets(line))
        if (!flushes) setImmediate(flush)
        flushes = true
      },
    },
  )
}
