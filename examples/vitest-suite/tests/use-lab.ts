import { PolyserviceLab, type StartedPolyserviceLab } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** A lab for the tests of the file that calls this, as new for each of them. */
export function useLab(): () => StartedPolyserviceLab {
  let lab: StartedPolyserviceLab | undefined
  beforeAll(async () => {
    lab = await new PolyserviceLab().start()
  })
  beforeEach(() => lab?.reset())
  afterAll(() => lab?.stop())
  return () => {
    if (lab === undefined) throw new Error('the lab is up inside of tests only')
    return lab
  }
}
