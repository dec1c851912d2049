import type { Exercises } from '../../domain/exercises.ts'
import { brokenExerciseScores } from '../../domain/scores.ts'
import { type Route, securedRoute } from '../route.ts'
import { optional, withDefault } from '../validation/fields.ts'
import { integer } from '../validation/integer.ts'
import { model } from '../validation/model.ts'
import { jsonBody } from '../validation/request-body.ts'
import { nullable, refined } from '../validation/schema.ts'
import { text } from '../validation/text.ts'
import { uuid4 } from '../validation/uuid.ts'
import { exerciseSchema, nothingSchema, viewExercise, wrapped } from '../views.ts'

const title = text({ minLength: 1, maxLength: 250 })
const description = text({ minLength: 1 })
const estimatedTime = nullable(text({ minLength: 1, maxLength: 50 }))
const score = nullable(integer())
const pathFields = { exercise_id: uuid4() }
const answer = wrapped('exercise', exerciseSchema)

export function exerciseRoutes(exercises: Exercises): Route[] {
  return [
    securedRoute({
      method: 'POST',
      path: '/exercises',
      operationId: 'createExercise',
      tag: 'exercises',
      summary: 'Create an exercise of a course',
      body: jsonBody(
        refined(
          model({
            title,
            courseId: uuid4(),
            maxScore: score,
            minScore: score,
            orderIndex: withDefault(integer(), 0n),
            description,
            estimatedTime,
          }),
          brokenExerciseScores,
        ),
      ),
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ caller, body }) => ({ exercise: viewExercise(await exercises.create(caller, body)) }),
    }),
    securedRoute({
      method: 'GET',
      path: '/exercises',
      operationId: 'listExercises',
      tag: 'exercises',
      summary: 'List the exercises of a course',
      queryFields: { courseId: uuid4() },
      answer: wrapped('exercises', { type: 'array', items: exerciseSchema }),
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
      body: jsonBody(
        refined(
          model({
            title: optional(title),
            maxScore: optional(score),
            minScore: optional(score),
            orderIndex: optional(integer()),
            description: optional(description),
            estimatedTime: optional(estimatedTime),
          }),
          brokenExerciseScores,
        ),
      ),
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
      answer: nothingSchema,
      failures: { 403: 'The exercise is not yours' },
      async handle({ path, caller }) {
        await exercises.delete(caller, path.exercise_id)
        return null
      },
    }),
  ]
}
