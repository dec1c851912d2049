export {
  Cards,
  type ChargeRequest,
  ChargeResponse_Outcome,
  type Entry,
  Entry_Kind,
  RefundResponse_Outcome,
} from '../gen/cards_pb.ts'
export {
  amountMax,
  type CardBehaviour,
  cards,
  currencyPattern,
  customerIdPattern,
  maskCard,
  uuidPattern,
} from './card-numbers.ts'
export { problems } from './problems.ts'
