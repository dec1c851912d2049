import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { until } from '../../support/lab.ts'
import { type Address, type Kind, next, openPeer, type Peer } from './peer.ts'

/** contracts/chat/cases.jsonl: its first line explains the form of the others. */
export interface Dialogue {
  readonly case: string
  readonly clients: Readonly<Record<string, Kind>>
  readonly steps: readonly Step[]
}

interface Expected {
  readonly message?: unknown
  readonly event?: string
  readonly data?: unknown
}

interface Step extends Expected {
  readonly open?: string
  readonly path?: string
  readonly id?: string
  readonly send?: string
  readonly raw?: string
  readonly binary?: string
  readonly times?: number
  readonly ack?: unknown
  readonly get?: string
  readonly any_order?: readonly Expected[]
  readonly after_others?: boolean
  readonly quiet?: string
  readonly close?: string
  readonly closed?: string
  readonly code?: number
  readonly reason?: string
}

const quietMs = 150

export function dialogues(): readonly Dialogue[] {
  const file = fileURLToPath(import.meta.resolve('@polyservice-lab/contracts/chat/cases.jsonl'))
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

/** Plays a dialogue against a server that has just been reset. */
export async function play(dialogue: Dialogue, address: Address): Promise<void> {
  const kept = new Map<string, unknown>()
  const peers = new Map<string, Peer>()
  const peer = (name: string): Peer => peers.get(name) as Peer
  const acks: (() => Promise<void>)[] = []
  try {
    for (const [i, step] of dialogue.steps.entries()) {
      try {
        await take(step)
      } catch (error) {
        throw new Error(`step ${i + 1}, ${JSON.stringify(step)}: ${error}`, { cause: error })
      }
    }
    for (const ack of acks) await ack()
  } finally {
    await Promise.all([...peers.values()].map((one) => one.close()))
  }

  async function take(step: Step): Promise<void> {
    if (step.open !== undefined) {
      const kind = dialogue.clients[step.open] as Kind
      const opened = await openPeer(kind, address, step.path)
      peers.set(step.open, opened)
      if (step.id !== undefined) kept.set(step.id, opened.id)
    } else if (step.send !== undefined) await send(step.send, step)
    else if (step.get !== undefined) await get(step.get, step)
    else if (step.quiet !== undefined) {
      await wait(quietMs)
      expect(peer(step.quiet).heard).toEqual([])
    } else if (step.close !== undefined) await peer(step.close).close()
    else if (step.closed !== undefined) {
      const { closed, open, id, ...expected } = step
      expect(await peer(step.closed).closed()).toMatchObject(expected)
    } else throw new Error('no such step')
  }

  async function send(
    name: string,
    { message, raw, binary, event, data, ack, times = 1 }: Step,
  ): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      if (raw !== undefined) peer(name).send(raw)
      else if (binary !== undefined) peer(name).send(Buffer.from(binary))
      else if (event === undefined) peer(name).send(JSON.stringify(fill(message)))
      else if (ack === undefined) peer(name).send({ event, data: fill(data) })
      else {
        const answers: unknown[] = []
        peer(name).send({ event, data: fill(data), ack: (answer) => answers.push(answer) })
        await until(() => answers.length > 0, 'the callback is called')
        expect(match(answers[0], ack)).toBe('')
        acks.push(async () => expect(answers).toHaveLength(1))
      }
    }
  }

  async function get(name: string, step: Step): Promise<void> {
    if (step.any_order !== undefined) {
      const open = [...step.any_order]
      while (open.length > 0) {
        const heard = await next(peer(name))
        const i = open.findIndex((expected) => match(heard, form(expected)) === '')
        if (i === -1) throw new Error(`heard ${JSON.stringify(heard)}`)
        open.splice(i, 1)
      }
      return
    }
    for (;;) {
      const heard = await next(peer(name))
      const difference = match(heard, form(step))
      if (difference === '') return
      if (step.after_others !== true)
        throw new Error(`${difference}; heard ${JSON.stringify(heard).slice(0, 500)}`)
    }
  }

  /** What differs, or the empty text; what is equal is kept under the names of the placeholders. */
  function match(actual: unknown, expected: unknown): string {
    const before = new Map(kept)
    const difference = differenceOf(actual, expected, '')
    if (difference === '') return ''
    kept.clear()
    for (const [name, value] of before) kept.set(name, value)
    return difference
  }

  function differenceOf(actual: unknown, expected: unknown, path: string): string {
    const [, kind, name] = (typeof expected === 'string' && /^\$(\w+)(?:=(\w+))?$/.exec(expected)) || []
    if (kind !== undefined) {
      if (!isOfKind(actual, kind)) return `${path}: ${JSON.stringify(actual)} is no ${kind}`
      if (name === undefined) return ''
      if (!kept.has(name)) kept.set(name, actual)
      return kept.get(name) === actual ? '' : `${path}: another ${name}`
    }
    const wanted = isRepeat(expected) ? fill(expected) : expected
    if (typeof wanted !== 'object' || wanted === null) {
      const value = fill(wanted)
      return value === actual ? '' : `${path}: ${JSON.stringify(actual)} in place of ${JSON.stringify(value)}`
    }
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(wanted))
      return `${path}: ${JSON.stringify(actual)} in place of ${JSON.stringify(wanted)}`
    const fields = Object.entries(wanted).map(([key, value]) => [String(fill(key)), value] as const)
    const keys = fields.map(([key]) => key).toSorted()
    if (JSON.stringify(Object.keys(actual).toSorted()) !== JSON.stringify(keys))
      return `${path}: the fields ${Object.keys(actual)} in place of ${keys}`
    for (const [key, value] of fields) {
      const difference = differenceOf((actual as Record<string, unknown>)[key], value, `${path}.${key}`)
      if (difference !== '') return difference
    }
    return ''
  }

  function fill(value: unknown): unknown {
    const [, whole] = (typeof value === 'string' && /^\$\{(\w+)\}$/.exec(value)) || []
    if (whole !== undefined) return kept.get(whole)
    if (typeof value === 'string')
      return value.replace(/\$\{(\w+)(?::(\d+))?\}/g, (_whole, name: string, length?: string) =>
        String(kept.get(name)).slice(0, length === undefined ? undefined : Number(length)),
      )
    if (typeof value !== 'object' || value === null) return value
    if (isRepeat(value)) return value.$repeat[0].repeat(value.$repeat[1])
    if (Array.isArray(value)) return value.map(fill)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [String(fill(key)), fill(one)]))
  }
}

function form({ message, event, data }: Expected): unknown {
  return event === undefined ? message : { event, data }
}

function isRepeat(value: unknown): value is { readonly $repeat: readonly [string, number] } {
  return typeof value === 'object' && value !== null && '$repeat' in value
}

function isOfKind(value: unknown, kind: string): boolean {
  const isNow = (ms: number) => Math.abs(ms - Date.now()) < 60_000
  switch (kind) {
    case 'any':
      return true
    case 'string':
      return typeof value === 'string' && value !== ''
    case 'detail':
      return typeof value === 'string' && value.length >= 1 && value.length <= 200
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value))
    case 'integer':
      return Number.isInteger(value)
    case 'seconds':
      return typeof value === 'number' && isNow(value * 1000)
    case 'millis':
      return typeof value === 'number' && Number.isInteger(value) && isNow(value)
    default:
      throw new Error(`no such kind: ${kind}`)
  }
}
