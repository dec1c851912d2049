export { experiments } from './catalogue/index.ts'
export {
  type Action,
  type Check,
  type Experiment,
  type Load,
  type Observation,
  observation,
  type Phase,
  type Plan,
  type ProbeOptions,
  type Run,
  type Size,
} from './experiment.ts'
export { type Outcome, type RunOptions, runExperiment, type Verdict } from './runner/experiment-run.ts'
export { LabPool, type Lease } from './runner/lab-pool.ts'
export { type Call, type ClientName, clientNames, Lane } from './runner/lane.ts'
