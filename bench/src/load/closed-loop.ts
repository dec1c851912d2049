import type { Channel } from './workload.ts'

/** What a load got done. */
export interface Done {
  readonly operations: number
  readonly seconds: number
}

/** When a closed loop ends. */
export type Until = { readonly seconds: number } | { readonly calls: number }

/** Every channel makes one call after the other: as many as the server can answer. */
export function runClosedLoop(
  channels: readonly Channel[],
  until: Until,
  failed: Promise<never>,
): Promise<Done> {
  const { promise, resolve } = Promise.withResolvers<Done>()
  const begun = performance.now()
  const deadline = 'seconds' in until ? begun + until.seconds * 1000 : Number.POSITIVE_INFINITY
  const callsMax = 'calls' in until ? until.calls : Number.POSITIVE_INFINITY
  let started = 0
  let finished = 0
  let open = 0

  const next = (channel: Channel, onDone: () => void) => {
    if (started >= callsMax) return
    started += 1
    open += 1
    channel.call(onDone)
  }
  for (const channel of channels) {
    const onDone = () => {
      open -= 1
      finished += 1
      const now = performance.now()
      if (now < deadline) next(channel, onDone)
      if (open === 0) resolve({ operations: finished, seconds: (now - begun) / 1000 })
    }
    next(channel, onDone)
  }
  return Promise.race([promise, failed])
}
