import { createCourseClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  await using client = createCourseClient({ host, port, onWire: story.onWire })
  await story.step(
    'get a course by its id',
    () => client.getCourse('api-course'),
    (course) => `${course.title}: ${course.description}`,
  )
  await story.mistake('a course that is not there', 'not_found', () => client.getCourse('no-such-course'))
}
