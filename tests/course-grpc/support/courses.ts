import type { Course } from '@polyservice-lab/clients'

export const seeded: Course = {
  courseId: 'api-course',
  title: 'Автотесты API',
  description: 'Будем изучать написание API автотестов',
}

export function buildCourse(overrides: Partial<Course> = {}): Course {
  return { courseId: crypto.randomUUID(), title: 'A title', description: 'A description.', ...overrides }
}

/** Many courses, made one at a time; their ids come in the order of the catalogue. */
export function* manyCourses(count: number, overrides: Partial<Course> = {}): Generator<Course> {
  for (let i = 0; i < count; i++)
    yield buildCourse({ courseId: `many-${String(i).padStart(8, '0')}`, ...overrides })
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
