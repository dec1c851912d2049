import { describeLifecycle } from '../support/lifecycle.ts'

describeLifecycle('events')
