const secondsMax = 30
/** One preference (RFC 7240, 2): a name, and a value that may be quoted. */
const preference = /^\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*)))?\s*(?:;.*)?$/i

/**
 * How many seconds a client would wait for an outcome (RFC 7240, 4.3); undefined where it would not. Of several `wait` the
 * first one counts; one that is not from 1 to 30 is ignored.
 */
export function readWait(header: string | undefined): number | undefined {
  for (const part of header?.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []) {
    const [, name, quoted, plain] = preference.exec(part) ?? []
    if (name?.toLowerCase() !== 'wait') continue
    const value = quoted ?? plain ?? ''
    const seconds = Number(value)
    return /^\d{1,3}$/.test(value) && seconds >= 1 && seconds <= secondsMax ? seconds : undefined
  }
  return undefined
}
