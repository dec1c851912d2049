import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Course, User } from './entities.ts'
import { type Policy, requireOwner } from './policy.ts'
import type { CourseFields, CourseStore, NewCourse } from './store.ts'

export interface Courses {
  /** @throws AppError permission_denied, not_found naming the file or the user */
  create(caller: User, course: Omit<NewCourse, 'id'>): Promise<Course>
  /** @throws AppError not_found */
  get(id: string): Promise<Course>
  listOfUser(userId: string): Promise<readonly Course[]>
  /** @throws AppError not_found, permission_denied */
  update(caller: User, id: string, changes: Partial<CourseFields>): Promise<Course>
  /** With its exercises and its preview file. @throws AppError not_found, permission_denied */
  delete(caller: User, id: string): Promise<void>
}

export interface CoursesDeps {
  readonly store: CourseStore
  readonly policy: Policy
  readonly newId: () => string
}

export function createCourses({ store, policy, newId }: CoursesDeps): Courses {
  async function get(id: string): Promise<Course> {
    return (await store.find(id)) ?? notFound()
  }
  return {
    get,
    listOfUser: (userId) => store.listOfUser(userId),
    async create(caller, course) {
      requireOwner(policy, caller.id, course.createdByUserId)
      return store.insert({ id: newId(), ...course })
    },
    async update(caller, id, changes) {
      requireOwner(policy, caller.id, (await get(id)).createdByUser.id)
      return (await store.update(id, changes)) ?? notFound()
    },
    async delete(caller, id) {
      requireOwner(policy, caller.id, (await get(id)).createdByUser.id)
      await store.delete(id, policy === 'strict')
    },
  }
}

function notFound(): never {
  throw new AppError('not_found', 'Course not found')
}
