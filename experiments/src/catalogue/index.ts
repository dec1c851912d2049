import type { Experiment } from '../experiment.ts'
import { cardTimesOutAfterCharging } from './card-times-out-after-charging.ts'
import { chatHerd } from './chat-herd.ts'
import { databaseRestarts } from './database-restarts.ts'
import { diskFull } from './disk-full.ts'
import { goawayInMidStream } from './goaway-in-mid-stream.ts'
import { halfAFrame } from './half-a-frame.ts'
import { killAChatReplica } from './kill-a-chat-replica.ts'
import { killAnything } from './kill-anything.ts'
import { killTheHistory } from './kill-the-history.ts'
import { orchestratorDiesBetweenTwoSteps } from './orchestrator-dies-between-two-steps.ts'
import { outOfMemory } from './out-of-memory.ts'
import { partitionTheUsersApi } from './partition-the-users-api.ts'
import { pauseTheGrpcService } from './pause-the-grpc-service.ts'
import { poolExhausted } from './pool-exhausted.ts'
import { resetOneStream } from './reset-one-stream.ts'
import { retryStorm } from './retry-storm.ts'
import { rollingRestart } from './rolling-restart.ts'
import { sixGoodbyes } from './six-goodbyes.ts'
import { slowReader } from './slow-reader.ts'
import { starveTheCpu } from './starve-the-cpu.ts'
import { thunderingHerd } from './thundering-herd.ts'
import { tokenExpiresInFlight } from './token-expires-in-flight.ts'
import { tooManyConnections } from './too-many-connections.ts'
import { unfinishedMessages } from './unfinished-messages.ts'

/** All experiments, in the order in which one would learn from them. */
export const experiments: readonly Experiment[] = [
  killTheHistory,
  pauseTheGrpcService,
  partitionTheUsersApi,
  halfAFrame,
  goawayInMidStream,
  resetOneStream,
  sixGoodbyes,
  slowReader,
  tooManyConnections,
  unfinishedMessages,
  starveTheCpu,
  outOfMemory,
  diskFull,
  databaseRestarts,
  poolExhausted,
  tokenExpiresInFlight,
  retryStorm,
  thunderingHerd,
  rollingRestart,
  cardTimesOutAfterCharging,
  orchestratorDiesBetweenTwoSteps,
  killAnything,
  chatHerd,
  killAChatReplica,
]
