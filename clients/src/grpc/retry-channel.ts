import {
  CallCredentials,
  type ClientOptions as ChannelOptions,
  type Client,
  connectivityState,
  Metadata,
} from '@grpc/grpc-js'
import type { RetryOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { retrySettings } from '../core/retries.ts'
import type { Tell } from '../core/wire.ts'
import type { Method } from './method-definition.ts'

/**
 * Has grpc-js repeat calls of these methods that end with UNAVAILABLE before they answered (gRFC A6): with jittered
 * exponential backoff, or after the pause that the server asks for with `grpc-retry-pushback-ms`.
 */
export function retryChannelOptions(methods: readonly Method[], options: RetryOptions): ChannelOptions {
  const { retriesMax, delayMs, delayMsMax } = retrySettings(options)
  const retryPolicy = {
    maxAttempts: retriesMax + 1,
    initialBackoff: `${delayMs / 1000}s`,
    maxBackoff: `${delayMsMax / 1000}s`,
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  }
  const name = methods.map(({ parent, name }) => ({ service: parent.typeName, method: name }))
  return {
    'grpc.service_config': JSON.stringify({ methodConfig: [{ name, retryPolicy }] }),
    'grpc-node.retry_max_attempts_limit': retriesMax + 1,
    'grpc.initial_reconnect_backoff_ms': delayMs,
    'grpc.max_reconnect_backoff_ms': delayMsMax,
  }
}

/** Tells when the connection of a client fails: calls wait until grpc-js has another one. */
export function watchConnection(client: Client, address: string, tell: Tell): void {
  const channel = client.getChannel()
  let failures = 0
  const watch = (from: connectivityState): void =>
    channel.watchConnectivityState(from, Number.POSITIVE_INFINITY, (ended) => {
      const state = channel.getConnectivityState(false)
      if (ended !== undefined || state === connectivityState.SHUTDOWN) return
      if (state === connectivityState.READY) failures = 0
      if (state === connectivityState.TRANSIENT_FAILURE) {
        failures += 1
        const error = new LabError('unavailable', `no connection to ${address}`)
        const text = `retry ${failures}: ${error.code}: ${error.message}, calls wait for one`
        tell({ direction: 'local', text, retry: { number: failures, error } })
      }
      watch(state)
    })
  watch(channel.getConnectivityState(false))
}

/**
 * Credentials that hold none: grpc-js asks them for metadata before each attempt of a call, which is how its retries
 * are seen when they are made.
 */
export function attemptWatch(tell: Tell): CallCredentials {
  let attempts = 0
  return CallCredentials.createFromMetadataGenerator((_call, done) => {
    if (attempts > 0) tell({ direction: 'local', text: `retry ${attempts}`, retry: { number: attempts } })
    attempts += 1
    done(null, new Metadata())
  })
}
