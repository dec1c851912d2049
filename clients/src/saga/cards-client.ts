import { ChannelCredentials } from '@grpc/grpc-js'
import {
  Cards,
  ChargeResponse_Outcome,
  type Entry,
  Entry_Kind,
  RefundResponse_Outcome,
} from '@polyservice-lab/contracts/order-saga/cards'
import { services } from '@polyservice-lab/contracts/services'
import { type ClientOptions, defaultTimeoutMs, hostPort } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { type GrpcCallOptions, GrpcChannel } from '../grpc/grpc-channel.ts'
import { safeInteger } from '../grpc/safe-integer.ts'

const keepaliveMs = 20_000

/** Minor units of a currency. */
interface Money {
  readonly amount: number
  readonly currency: string
}

export interface CardCharge {
  /** The key of the charge as well: whatever is repeated happens once. */
  readonly orderId: string
  readonly cardNumber: string
  readonly amount: Money
}

export type CardAnswer =
  | { readonly outcome: 'charged'; readonly chargeId: string }
  | { readonly outcome: 'declined'; readonly reason: string }

/** A line of the ledger. */
export interface LedgerEntry {
  readonly entryId: number
  readonly kind: 'charge' | 'refund'
  readonly orderId: string
  readonly chargeId: string
  readonly amount: Money
  /** Masked. */
  readonly card: string
  /** RFC 3339, UTC. */
  readonly time: string
}

/** The pretended card network of the order saga. Calls reject with a LabError. */
export interface CardsClient extends AsyncDisposable {
  charge(charge: CardCharge, call?: GrpcCallOptions): Promise<CardAnswer>
  /** @returns what is given back; undefined where nothing was charged, and nothing will be */
  refund(orderId: string, call?: GrpcCallOptions): Promise<Money | undefined>
  /** The ledger, the oldest line first: of one order, or of all. */
  listEntries(orderId?: string, call?: GrpcCallOptions): AsyncIterable<LedgerEntry>
}

/** Default: 127.0.0.1:8013. */
export function createCardsClient(options: ClientOptions & GrpcCallOptions = {}): CardsClient {
  const { host = '127.0.0.1', port = services.cards.port, onWire, retries: _retries, ...calls } = options
  const channel = new GrpcChannel({
    ...calls,
    ...{ onWire, keepaliveMs, tls: false, retries: false },
    address: hostPort(host, port),
    credentials: ChannelCredentials.createInsecure(),
    // A channel of its own per client, so that disposing one closes its connection.
    options: { 'grpc.enable_channelz': 0, 'grpc.use_local_subchannel_pool': 1 },
  })
  const bounded = (call: GrpcCallOptions = {}): GrpcCallOptions => ({
    ...call,
    timeoutMs: call.timeoutMs ?? calls.timeoutMs ?? defaultTimeoutMs,
  })
  const { charge, refund, listEntries } = Cards.method

  return {
    async charge({ orderId, cardNumber, amount }, call) {
      const money = { amount: BigInt(amount.amount), currency: amount.currency }
      const request = { idempotencyKey: orderId, orderId, cardNumber, amount: money }
      const { outcome, chargeId, declineReason } = await channel.unary(charge, request, bounded(call))
      if (outcome === ChargeResponse_Outcome.CHARGED) return { outcome: 'charged', chargeId }
      if (outcome === ChargeResponse_Outcome.DECLINED) return { outcome: 'declined', reason: declineReason }
      throw new LabError('protocol_error', 'the answer is neither charged nor declined')
    },
    async refund(orderId, call) {
      const request = { idempotencyKey: orderId, orderId }
      const { outcome, refunded } = await channel.unary(refund, request, bounded(call))
      return outcome === RefundResponse_Outcome.REFUNDED ? toMoney(refunded) : undefined
    },
    async *listEntries(orderId = '', call = {}) {
      for await (const entry of channel.serverStream(listEntries, { orderId }, call)) yield toEntry(entry)
    },
    [Symbol.asyncDispose]: async () => channel[Symbol.dispose](),
  }
}

function toMoney(money: Entry['amount']): Money {
  return { amount: safeInteger(money?.amount ?? 0n), currency: money?.currency ?? '' }
}

function toEntry({ entryId, kind, orderId, chargeId, amount, card, time }: Entry): LedgerEntry {
  return {
    ...{ orderId, chargeId, card, time, amount: toMoney(amount) },
    entryId: safeInteger(entryId),
    kind: kind === Entry_Kind.REFUND ? 'refund' : 'charge',
  }
}
