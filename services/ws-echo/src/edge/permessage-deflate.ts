import { promisify } from 'node:util'
import { constants, deflateRaw, inflateRaw } from 'node:zlib'
import { closeCodes, WebSocketFault } from '@polyservice-lab/contracts/ws-echo'

const inflateRawAsync = promisify(inflateRaw)
const deflateRawAsync = promisify(deflateRaw)

/** The empty block that a compressed message is sent without (RFC 7692, 7.2.1). */
const trailer = Uint8Array.of(0x00, 0x00, 0xff, 0xff)

const finishFlush = constants.Z_SYNC_FLUSH

const windowBitsMax = 15

const answer = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

/** What was agreed on for a connection. Each message is compressed for itself: nothing is kept between two. */
export interface Agreement {
  /** Sec-WebSocket-Extensions of the answer. */
  readonly header: string
  /** The window of what the server compresses, as the power of two of its bytes. */
  readonly windowBits: number
}

/**
 * Takes up the first offer that can be (RFC 7692, 7.1).
 * @param offers Sec-WebSocket-Extensions of the request
 * @returns undefined where there is none, and `malformed` for what is no list of extensions (RFC 6455, 9.1)
 */
export function agree(offers: string | undefined): Agreement | undefined | 'malformed' {
  if (offers === undefined) return undefined
  const extensions = offers.split(',').map(parseExtension)
  if (extensions.includes(undefined)) return 'malformed'
  for (const extension of extensions) {
    const accepted = extension && acceptedParameters(extension)
    if (accepted === undefined) continue
    const window = accepted.get('server_max_window_bits')
    const header = window === undefined ? answer : `${answer}; server_max_window_bits=${window}`
    return { header, windowBits: Number(window ?? windowBitsMax) }
  }
  return undefined
}

interface Extension {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const token = "[!#$%&'*+\\-.^_`|~\\w]+"
const namePattern = new RegExp(`^[ \\t]*(${token})[ \\t]*$`)
const parameterPattern = new RegExp(
  `^[ \\t]*(${token})[ \\t]*(?:=[ \\t]*(?:(${token})|"(${token})")[ \\t]*)?$`,
)

/** `name; parameter; parameter=value; parameter="value"` */
function parseExtension(text: string): Extension | undefined {
  const [first = '', ...rest] = text.split(';')
  const name = namePattern.exec(first)?.[1]
  const parameters = rest.map((parameter) => parameterPattern.exec(parameter))
  if (name === undefined || parameters.includes(null)) return undefined
  return {
    name,
    parameters: parameters.map((match) => [match?.[1] ?? '', match?.[2] ?? match?.[3] ?? '']),
  }
}

/** The parameters that there are (RFC 7692, 7.1), and their values; zlib has no raw window of 2^8 bytes. */
const parameterValues = new Map([
  ['server_no_context_takeover', /^$/],
  ['client_no_context_takeover', /^$/],
  ['server_max_window_bits', /^(9|1[0-5])$/],
  ['client_max_window_bits', /^([89]|1[0-5])?$/],
])

/** The parameters of an offer, where this server can do all that they ask for. */
function acceptedParameters({ name, parameters }: Extension): ReadonlyMap<string, string> | undefined {
  const values = new Map(parameters)
  if (name !== 'permessage-deflate' || values.size < parameters.length) return undefined
  const areKnown = parameters.every(([parameter, value]) => parameterValues.get(parameter)?.test(value))
  return areKnown ? values : undefined
}

/** @throws WebSocketFault for what was not compressed so, or is longer than `bytesMax` */
export async function inflate(payload: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  const options = { finishFlush, maxOutputLength: bytesMax }
  return inflateRawAsync(Buffer.concat([payload, trailer]), options).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_BUFFER_TOO_LARGE'
      ? new WebSocketFault(closeCodes.messageTooBig, `a message of more than ${bytesMax} bytes`)
      : new WebSocketFault(closeCodes.invalidPayload, 'a compressed message that cannot be inflated')
  })
}

export async function deflate(payload: Uint8Array, windowBits: number): Promise<Uint8Array> {
  const compressed = await deflateRawAsync(payload, { finishFlush, windowBits })
  return compressed.subarray(0, -trailer.length)
}
