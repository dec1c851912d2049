import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { createToWire, grpcStatuses } from '@polyservice-lab/service-kit/grpc'

/** Every code of the lab as its google.rpc.Code: that of every gRPC service. */
const statuses = grpcStatuses satisfies Record<ErrorCode, number>

/** Texts that the clients of user.UserService know, by reason. */
const texts: Readonly<Record<string, string>> = {
  user_not_found: 'Пользователь не найден',
  user_exists: 'Пользователь уже существует',
  email_taken: 'Пользователь с таким email уже существует',
  user_has_orders: 'У пользователя есть заказы',
}

/** The status of an error, with google.rpc details: ErrorInfo where there is a reason. */
export const toWire = createToWire('shop', statuses, {
  reasonOf: ({ details }) => details.reason,
  textOf: ({ message, details }) => texts[details.reason ?? ''] ?? message,
  hasRequestInfo: false,
})
