import type { Scenario } from '../scenario.ts'
import { broadcast } from '../services/chat/broadcast.ts'
import { idle } from '../services/chat/idle.ts'
import { measuredServices } from '../services/index.ts'
import { soapGetUser } from '../services/shop-soap/get-user.ts'
import { containers } from './containers.ts'
import { crowd } from './crowd.ts'
import { images } from './images.ts'
import { manyItems } from './many-items.ts'
import { oneRecord } from './one-record.ts'
import { orderSaga } from './order-saga.ts'

/** All that is measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  oneRecord,
  manyItems,
  ...measuredServices.flatMap((service) => service.scenarios),
  broadcast,
  idle,
  soapGetUser,
  crowd,
  containers,
  images,
  orderSaga,
]
