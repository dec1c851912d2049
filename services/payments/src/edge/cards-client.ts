import type { DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { CardNetwork, ChargeResult, DeclineReason, Payment } from '@polyservice-lab/charging/domain'
import { decodeMessage, encodeMessage, methodPath } from '@polyservice-lab/contracts/grpc'
import {
  Cards,
  ChargeResponse_Outcome,
  RefundResponse_Outcome,
} from '@polyservice-lab/contracts/order-saga/cards'
import type { Logger } from '@polyservice-lab/service-kit'

/** A card network that comes back is found again within a second, on another address too. */
const options = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.dns_min_time_between_resolutions_ms': 500,
  // Nothing tells of a peer whose network is gone.
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 2_000,
}

const reasons: readonly string[] = ['card_declined', 'insufficient_funds', 'voided'] satisfies DeclineReason[]

export interface CardsClientOptions {
  /** host:port */
  readonly address: string
  readonly timeoutMs: number
  readonly logger: Logger
}

/** The card network by gRPC. */
export function createCardsClient(clientOptions: CardsClientOptions): CardNetwork & Disposable {
  const { address, timeoutMs, logger } = clientOptions
  const client = new Client(address, credentials.createInsecure(), options)

  function call<M extends DescMethodUnary>(
    method: M,
    message: MessageInitShape<M['input']>,
    { traceparent, orderId }: Payment,
  ): Promise<MessageShape<M['output']>> {
    const metadata = new Metadata()
    metadata.set('traceparent', traceparent)
    metadata.set('x-request-id', orderId)
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        methodPath(method),
        (input: MessageInitShape<M['input']>) => encodeMessage<M['input']>(method.input, input),
        (bytes) => decodeMessage<M['output']>(method.output, bytes),
        message,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      )
    })
  }

  function note(error: unknown, { orderId }: Payment): number {
    const { code, details } = error as ServiceError
    logger.info({ orderId, code, details }, 'the card network did not answer')
    return code
  }

  return {
    async charge(payment) {
      const { orderId, cardNumber, amount } = payment
      const request = {
        ...{ idempotencyKey: orderId, orderId, cardNumber: cardNumber ?? '' },
        amount: { amount: BigInt(amount.amount), currency: amount.currency },
      }
      try {
        return resultOf(await call(Cards.method.charge, request, payment))
      } catch (error) {
        return { outcome: 'unanswered', isTimeout: note(error, payment) === status.DEADLINE_EXCEEDED }
      }
    },

    async refund(payment) {
      const { orderId } = payment
      try {
        const { outcome, refunded } = await call(
          Cards.method.refund,
          { idempotencyKey: orderId, orderId },
          payment,
        )
        if (outcome === RefundResponse_Outcome.NOTHING_CHARGED) return 0
        return outcome === RefundResponse_Outcome.REFUNDED ? Number(refunded?.amount ?? 0n) : undefined
      } catch (error) {
        note(error, payment)
        return undefined
      }
    },

    [Symbol.dispose]: () => client.close(),
  }
}

function resultOf({ outcome, declineReason }: MessageShape<typeof Cards.method.charge.output>): ChargeResult {
  if (outcome === ChargeResponse_Outcome.CHARGED) return { outcome: 'charged' }
  if (outcome !== ChargeResponse_Outcome.DECLINED) return { outcome: 'unanswered', isTimeout: false }
  const known = reasons.includes(declineReason) ? (declineReason as DeclineReason) : 'card_declined'
  return { outcome: 'declined', reason: known }
}
