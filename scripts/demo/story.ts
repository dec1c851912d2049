import { LabError, type LabErrorCode, type WireEvent } from '@polyservice-lab/clients'
import { paint } from './paint.ts'
import { wireLines } from './wire-lines.ts'

/** Tells what happens, step by step, and keeps count of what went as it should. */
export interface Story {
  chapter(title: string, address: string): void
  /** Runs a call and prints what went over the wire, the answer and how long it took. */
  step<T>(title: string, call: () => Promise<T>, answer: (value: T) => string): Promise<T | undefined>
  /** Runs a call that is wrong on purpose: it goes well when it fails with this code. */
  mistake(title: string, code: LabErrorCode, call: () => Promise<unknown>): Promise<void>
  /** Prints the verdict; true when every step went as it should. */
  verdict(): boolean
  /** To be given to every client of the story. */
  readonly onWire: (event: WireEvent) => void
}

export function createStory(write: (text: string) => void): Story {
  const started = performance.now()
  let wire: WireEvent[] = []
  let steps = 0
  let failed = 0

  function print(mark: string, title: string, milliseconds: number, lines: readonly string[]): void {
    write(`\n  ${mark} ${title.padEnd(72)} ${paint.dim(`${milliseconds.toFixed(1).padStart(7)} ms`)}\n`)
    for (const line of [...wire.flatMap(wireLines), ...lines]) write(`      ${line}\n`)
  }

  async function timed<T>(call: () => Promise<T>) {
    steps += 1
    wire = []
    const begun = performance.now()
    const result = await call().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    return { ...result, milliseconds: performance.now() - begun }
  }

  function fail(title: string, milliseconds: number, text: string): void {
    failed += 1
    print(paint.bad('✗'), title, milliseconds, [paint.bad(text)])
  }

  return {
    chapter: (title, address) => write(`\n${paint.title(title)}  ${paint.dim(address)}\n`),
    step: async (title, call, answer) => {
      const result = await timed(call)
      if ('error' in result) {
        fail(title, result.milliseconds, describe(result.error))
        return undefined
      }
      print(paint.good('✓'), title, result.milliseconds, [`${paint.dim('=')} ${answer(result.value)}`])
      return result.value
    },
    mistake: async (title, code, call) => {
      const result = await timed(call)
      if (!('error' in result))
        return fail(title, result.milliseconds, `${code} was expected, and it went through`)
      const { error } = result
      if (!(error instanceof LabError) || error.code !== code)
        return fail(title, result.milliseconds, `${code} was expected: ${describe(error)}`)
      print(paint.good('✓'), `on purpose: ${title}`, result.milliseconds, [paint.warn(describe(error))])
    },
    verdict: () => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const text = `${steps - failed} of ${steps} steps went as they should, in ${seconds} s`
      write(`\n${failed === 0 ? paint.good(`✓ ${text}`) : paint.bad(`✗ ${text}`)}\n`)
      return failed === 0
    },
    onWire: (event) => {
      wire.push(event)
    },
  }
}

function describe(error: unknown): string {
  if (!(error instanceof LabError)) return String(error)
  const status = error.status === undefined ? '' : ` (${error.status})`
  return `LabError ${error.code}${status}: ${error.message}`
}
