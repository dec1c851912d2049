import { isIP } from 'node:net'
import { ChannelCredentials, compressionAlgorithms } from '@grpc/grpc-js'
import { type ClientOptions, defaultKeepaliveMs, hostPort } from '../core/call-options.ts'
import { type GrpcCallOptions, GrpcChannel } from './grpc-channel.ts'
import type { Method } from './method-definition.ts'
import { retryChannelOptions } from './retry-channel.ts'

export interface ChannelOptions extends ClientOptions, GrpcCallOptions {
  /** Compresses what is sent. Default: off. */
  readonly gzip?: boolean | undefined
  /**
   * How often the server is asked for its health while a call is open, in ms: a call whose server does not answer within
   * ten seconds ends as `unavailable`. Default: 20,000.
   */
  readonly keepaliveMs?: number | undefined
  /** Speaks TLS. Without `ca` the authorities of the machine count; `certificate` and `key` are for mutual TLS. */
  readonly tls?: ChannelTls | undefined
}

/** Certificates and keys in PEM. */
export interface ChannelTls {
  readonly ca?: Buffer | undefined
  readonly certificate?: Buffer | undefined
  readonly key?: Buffer | undefined
  /** The name that the certificate of the server must bear. Default: `host`, or localhost where that is an address. */
  readonly serverName?: string | undefined
}

/**
 * Makes a channel of its own for a client; it connects when it is first used.
 * @param reads the methods that are repeated where `retries` asks for that
 */
export function openChannel(
  options: ChannelOptions,
  defaultPort: number,
  reads: readonly Method[],
): GrpcChannel {
  const { host = '127.0.0.1', port = defaultPort, tls, gzip, retries, onWire, ...calls } = options
  return new GrpcChannel({
    ...calls,
    keepaliveMs: calls.keepaliveMs ?? defaultKeepaliveMs,
    onWire,
    tls: tls !== undefined,
    retries: Boolean(retries),
    address: hostPort(host, port),
    credentials: tls === undefined ? ChannelCredentials.createInsecure() : secureCredentials(tls),
    options: {
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      // A channel of its own per client, so that disposing one closes its connection.
      'grpc.use_local_subchannel_pool': 1,
      // TLS names no addresses (RFC 6066, 3), and Node refuses them.
      'grpc.ssl_target_name_override': tls?.serverName ?? (isIP(host) === 0 ? host : 'localhost'),
      ...(retries ? retryChannelOptions(reads, retries) : {}),
      ...(gzip ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {}),
    },
  })
}

function secureCredentials({ ca, certificate, key }: ChannelTls): ChannelCredentials {
  return ChannelCredentials.createSsl(ca ?? null, key ?? null, certificate ?? null)
}
