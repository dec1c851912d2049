import type { Exercises } from '../../domain/exercises.ts'
import { brokenExerciseScores } from '../../domain/scores.ts'
import { jsonBody, type Route, securedRoute } from '../route.ts'
import { refined } from '../validation/scalar.ts'
import { schemas } from '../validation/schemas.ts'
import { viewExercise } from '../views.ts'

const { id } = schemas.Exercise.shape
const pathFields = { exercise_id: id }
const answer = schemas.ExerciseAnswer

export function exerciseRoutes(exercises: Exercises): Route[] {
  return [
    securedRoute({
      method: 'POST',
      path: '/exercises',
      operationId: 'createExercise',
      tag: 'exercises',
      summary: 'Create an exercise of a course',
      body: jsonBody(refined(schemas.NewExercise, brokenExerciseScores)),
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ caller, body }) => ({
        exercise: viewExercise(await exercises.create(caller, { orderIndex: 0n, ...body })),
      }),
    }),
    securedRoute({
      method: 'GET',
      path: '/exercises',
      operationId: 'listExercises',
      tag: 'exercises',
      summary: 'List the exercises of a course',
      queryFields: { courseId: id },
      answer: schemas.ExercisesAnswer,
      handle: async ({ query }) => ({
        exercises: (await exercises.listOfCourse(query.courseId)).map(viewExercise),
      }),
    }),
    securedRoute({
      method: 'GET',
      path: '/exercises/{exercise_id}',
      operationId: 'getExercise',
      tag: 'exercises',
      summary: 'Get an exercise',
      pathFields,
      answer,
      failures: { 404: 'Exercise not found' },
      handle: async ({ path }) => ({ exercise: viewExercise(await exercises.get(path.exercise_id)) }),
    }),
    securedRoute({
      method: 'PATCH',
      path: '/exercises/{exercise_id}',
      operationId: 'updateExercise',
      tag: 'exercises',
      summary: 'Change some fields of an exercise',
      pathFields,
      body: jsonBody(refined(schemas.ExerciseChanges, brokenExerciseScores)),
      answer,
      failures: { 403: 'The exercise is not yours', 404: 'Exercise not found' },
      handle: async ({ caller, path, body }) => ({
        exercise: viewExercise(await exercises.update(caller, path.exercise_id, body)),
      }),
    }),
    securedRoute({
      method: 'DELETE',
      path: '/exercises/{exercise_id}',
      operationId: 'deleteExercise',
      tag: 'exercises',
      summary: 'Delete an exercise',
      pathFields,
      answer: schemas.Nothing,
      failures: { 403: 'The exercise is not yours' },
      async handle({ path, caller }) {
        await exercises.delete(caller, path.exercise_id)
        return null
      },
    }),
  ]
}
