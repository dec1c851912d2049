export type { Direction, Fault, FaultInput, Protocol } from './fault.ts'
export {
  type Address,
  type FaultProxy,
  type FaultProxyOptions,
  formatEvent,
  type ProxyEvent,
  startFaultProxy,
} from './fault-proxy.ts'
export { PlanError, type ProxyPlan, parsePlan, readPlan } from './proxy-plan.ts'
