import { holdEverySecond } from './support/hold.ts'

holdEverySecond(0)
