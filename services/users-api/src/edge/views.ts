import type * as z from 'zod'
import type { Course, Exercise, StoredFile, User } from '../domain/entities.ts'
import { schemas } from './validation/schemas.ts'

export function viewUser(user: User) {
  return pick(schemas.User, user)
}

/** @param appHost what the URL begins with */
export function viewFile(file: StoredFile, appHost: string) {
  const { href: url } = new URL(`${appHost}/static/${file.directory}/${file.filename}`)
  return pick(schemas.File, { ...file, url })
}

export function viewCourse(course: Course, appHost: string) {
  const previewFile = viewFile(course.previewFile, appHost)
  return pick(schemas.Course, { ...course, previewFile, createdByUser: viewUser(course.createdByUser) })
}

export function viewExercise(exercise: Exercise) {
  return pick(schemas.Exercise, exercise)
}

/** The properties that the schema knows, in its order. */
function pick<S extends z.ZodObject>(schema: S, value: z.output<S>): z.output<S> {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, value[name]])) as z.output<S>
}
