export {
  Cards,
  type ChargeRequest,
  type ChargeResponse,
  ChargeResponse_Outcome,
  type Entry,
  Entry_Kind,
  type ListEntriesRequest,
  type RefundRequest,
  type RefundResponse,
  RefundResponse_Outcome,
} from '../gen/cards_pb.ts'
