import type { Course, Exercise, StoredFile, User } from '../domain/entities.ts'
import type { Writable } from './json/write-json.ts'
import type { JsonSchema } from './validation/schema.ts'

const text: JsonSchema = { type: 'string' }
const uuid: JsonSchema = { type: 'string', format: 'uuid' }
const score: JsonSchema = { type: ['integer', 'null'], format: 'int64' }

/** An object of which every property is always there. */
function answerSchema(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) }
}

export const userSchema = answerSchema({
  id: uuid,
  email: text,
  lastName: text,
  firstName: text,
  middleName: text,
})

export const fileSchema = answerSchema({
  id: uuid,
  filename: text,
  directory: text,
  url: { type: 'string', format: 'uri' },
})

export const courseSchema = answerSchema({
  id: uuid,
  title: text,
  maxScore: score,
  minScore: score,
  description: text,
  previewFile: fileSchema,
  estimatedTime: { type: ['string', 'null'] },
  createdByUser: userSchema,
})

export const exerciseSchema = answerSchema({
  id: uuid,
  title: text,
  courseId: uuid,
  maxScore: score,
  minScore: score,
  orderIndex: { type: 'integer', format: 'int64' },
  description: text,
  estimatedTime: { type: ['string', 'null'] },
})

export const nothingSchema: JsonSchema = { type: 'null' }

/** `{name: …}` around an answer. */
export function wrapped(name: string, schema: JsonSchema): JsonSchema {
  return answerSchema({ [name]: schema })
}

export function viewUser({ id, email, lastName, firstName, middleName }: User): Writable {
  return { id, email, lastName, firstName, middleName }
}

/** @param appHost what the URL begins with */
export function viewFile({ id, filename, directory }: StoredFile, appHost: string): Writable {
  return { id, filename, directory, url: new URL(`${appHost}/static/${directory}/${filename}`).href }
}

export function viewCourse(course: Course, appHost: string): Writable {
  const { id, title, maxScore, minScore, description, estimatedTime } = course
  return {
    id,
    title,
    maxScore,
    minScore,
    description,
    previewFile: viewFile(course.previewFile, appHost),
    estimatedTime,
    createdByUser: viewUser(course.createdByUser),
  }
}

export function viewExercise(exercise: Exercise): Writable {
  const { id, title, courseId, maxScore, minScore, orderIndex, description, estimatedTime } = exercise
  return { id, title, courseId, maxScore, minScore, orderIndex, description, estimatedTime }
}
