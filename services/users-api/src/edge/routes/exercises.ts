import type { Exercises } from '../../domain/exercises.ts'
import { brokenExerciseScores } from '../../domain/scores.ts'
import { type Route, securedRoute } from '../route.ts'
import { anyId, schemas } from '../validation/schemas.ts'
import { viewExercise } from '../views.ts'

const pathFields = { exercise_id: anyId }
const answer = schemas.ExerciseAnswer

export function exerciseRoutes(exercises: Exercises): Route[] {
  return [
    securedRoute('POST /exercises', {
      operationId: 'createExercise',
      summary: 'Create an exercise of a course',
      body: { kind: 'json', schema: schemas.NewExercise, broken: brokenExerciseScores },
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ caller, body }) => ({
        exercise: viewExercise(await exercises.create(caller, { orderIndex: 0n, ...body })),
      }),
    }),
    securedRoute('GET /exercises', {
      operationId: 'listExercises',
      summary: 'List the exercises of a course',
      queryFields: { courseId: anyId },
      answer: schemas.ExercisesAnswer,
      handle: async ({ query }) => ({
        exercises: (await exercises.listOfCourse(query.courseId)).map(viewExercise),
      }),
    }),
    securedRoute('GET /exercises/{exercise_id}', {
      operationId: 'getExercise',
      summary: 'Get an exercise',
      pathFields,
      answer,
      failures: { 404: 'Exercise not found' },
      handle: async ({ path }) => ({ exercise: viewExercise(await exercises.get(path.exercise_id)) }),
    }),
    securedRoute('PATCH /exercises/{exercise_id}', {
      operationId: 'updateExercise',
      summary: 'Change some fields of an exercise',
      pathFields,
      body: { kind: 'json', schema: schemas.ExerciseChanges, broken: brokenExerciseScores },
      answer,
      failures: { 403: 'The exercise is not yours', 404: 'Exercise not found' },
      handle: async ({ caller, path, body }) => ({
        exercise: viewExercise(await exercises.update(caller, path.exercise_id, body)),
      }),
    }),
    securedRoute('DELETE /exercises/{exercise_id}', {
      operationId: 'deleteExercise',
      summary: 'Delete an exercise',
      pathFields,
      failures: { 403: 'The exercise is not yours' },
      handle: ({ path, caller }) => exercises.delete(caller, path.exercise_id),
    }),
  ]
}
