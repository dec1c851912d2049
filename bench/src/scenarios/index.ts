import type { Scenario } from '../scenario.ts'
import { measuredServices } from '../services/index.ts'
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
  crowd,
  containers,
  images,
  orderSaga,
]
