import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Exercise, User } from './entities.ts'
import { type Policy, requireOwner } from './policy.ts'
import type { ExerciseFields, ExerciseStore } from './store.ts'

export interface Exercises {
  /** @throws AppError not_found where the policy is strict and there is no such course */
  create(caller: User, exercise: Omit<Exercise, 'id' | 'ownerId'>): Promise<Exercise>
  /** @throws AppError not_found */
  get(id: string): Promise<Exercise>
  listOfCourse(courseId: string): Promise<readonly Exercise[]>
  /** @throws AppError not_found, permission_denied */
  update(caller: User, id: string, changes: Partial<ExerciseFields>): Promise<Exercise>
  /** An unknown id is no fault: the exercise is gone. @throws AppError permission_denied */
  delete(caller: User, id: string): Promise<void>
}

export interface ExercisesDeps {
  readonly store: ExerciseStore
  readonly policy: Policy
  readonly newId: () => string
}

export function createExercises({ store, policy, newId }: ExercisesDeps): Exercises {
  async function get(id: string): Promise<Exercise> {
    return (await store.find(id)) ?? notFound()
  }
  return {
    get,
    listOfCourse: (courseId) => store.listOfCourse(courseId),
    async create(caller, fields) {
      const exercise = { id: newId(), ...fields, ownerId: caller.id }
      await store.insert(exercise, policy === 'strict')
      return exercise
    },
    async update(caller, id, changes) {
      requireOwner(policy, caller.id, (await get(id)).ownerId)
      return (await store.update(id, changes)) ?? notFound()
    },
    async delete(caller, id) {
      const exercise = await store.find(id)
      if (exercise === undefined) return
      requireOwner(policy, caller.id, exercise.ownerId)
      await store.delete(id)
    },
  }
}

function notFound(): never {
  throw new AppError('not_found', 'Exercise not found')
}
