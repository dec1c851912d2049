import { expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { dialogues, play } from './support/dialogue.ts'

const lab = useLab(['chat'])

test('there are dialogues', () => {
  expect(dialogues().length).toBeGreaterThan(50)
})

test.for(dialogues().map((dialogue) => [dialogue.case, dialogue] as const))('%s', async ([, dialogue]) => {
  const service = lab.service('chat')
  await service.reset()
  await until(async () => (await service.metric('lab_connections')) === 0, 'nobody is connected')
  await play(dialogue, service.address())
})
