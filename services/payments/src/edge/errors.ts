import { problems } from '@polyservice-lab/contracts/order-saga/problems'
import { createToWire } from '@polyservice-lab/service-kit/json-api'

/** The problem that tells of an error: status and code of each code of the lab. */
export const toWire = createToWire(problems)
