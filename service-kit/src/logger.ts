import { type Logger, pino } from 'pino'

export type { Logger }

/** Fields whose values are secrets wherever they stand in a log line. A net below the rule: log an allow-list. */
const secretFields = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'secret']

// On the finished lines: at every depth, and a third of the price of pino's own redaction, which copies the object.
const secretValue = new RegExp(`"(${secretFields.join('|')})":(?:"(?:[^"\\\\]|\\\\.)*"|[^",}]+)`, 'g')

/** Of one write: what a pipe takes at once, and a container's log as well. */
const writeCharsMax = 16_000

/** The lines with `***` in place of every secret. */
export function maskSecrets(lines: string): string {
  return lines.replace(secretValue, '"$1":"***"')
}

/**
 * JSON lines on standard output, `service` in each. The lines of one turn of the event loop leave in one write at its
 * end: under load that is a write for many requests, and a kill loses nothing older than the turn it falls in.
 */
export function createLogger(service: string, level: string): Logger {
  const output = pino.destination({ dest: 1, sync: true })
  let lines = ''
  // Not output's own buffer: emptying that one synchronizes the file as well, which is dear and of no use here.
  const flush = () => {
    if (lines !== '') output.write(maskSecrets(lines))
    lines = ''
  }
  process.on('exit', () => {
    flush()
    output.flushSync()
  })
  return pino(
    {
      level,
      base: { service },
      timestamp: createTimestamps(),
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line) => {
        if (lines === '') setImmediate(flush)
        lines += line
        if (lines.length > writeCharsMax) flush()
      },
    },
  )
}

/** The time in ISO 8601 (RFC 3339, UTC). Many lines have the same millisecond, and its text is made once. */
function createTimestamps(): () => string {
  let madeAt = 0
  let field = ''
  return () => {
    const now = Date.now()
    if (now !== madeAt) field = `,"time":"${new Date(now).toISOString()}"`
    madeAt = now
    return field
  }
}
