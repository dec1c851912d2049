import { type Logger, pino } from 'pino'

export type { Logger }

/** Fields whose values are secrets wherever they stand in a log line. A net below the rule: log an allow-list. */
const secretFields = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'secret']

/** JSON lines on standard output, `service` in each, written at once so that the last line before a crash is there. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '***' },
  })
}
