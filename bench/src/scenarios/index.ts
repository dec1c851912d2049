import type { Scenario } from '../scenario.ts'
import { appends } from './appends.ts'
import { connections } from './connections.ts'
import { containers } from './containers.ts'
import { duringLogins } from './during-logins.ts'
import { getCourse } from './get-course.ts'
import { historyGrowth, usersGrowth } from './growth.ts'
import { images } from './images.ts'
import { manyItems } from './many-items.ts'
import { oneRecord } from './one-record.ts'
import { plainHistory } from './plain-history.ts'
import { usersMe } from './users-me.ts'
import { wsEcho } from './ws-echo.ts'

/** All that is measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  oneRecord,
  manyItems,
  usersMe,
  duringLogins,
  getCourse,
  wsEcho,
  plainHistory,
  appends,
  historyGrowth,
  usersGrowth,
  connections,
  containers,
  images,
]
