import type { Request } from 'express'
import type * as z from 'zod'
import type { Course, Exercise, StoredFile, User } from '../domain/entities.ts'
import { schemas } from './validation/schemas.ts'

export function viewUser(user: User) {
  return pick(schemas.User, user)
}

/** What the URLs of files begin with for the client of a request. */
export type HostOf = (request: Request) => string

/**
 * Shows a file with the URL of its bytes.
 * @param host what the URL begins with
 */
export function viewFile(file: StoredFile, host: string) {
  const { href: url } = new URL(`${host}/static/${writePath(file.directory)}/${writePath(file.filename)}`)
  return pick(schemas.File, { ...file, url })
}

export function viewCourse(course: Course, host: string) {
  const previewFile = viewFile(course.previewFile, host)
  return pick(schemas.Course, { ...course, previewFile, createdByUser: viewUser(course.createdByUser) })
}

export function viewExercise(exercise: Exercise) {
  return pick(schemas.Exercise, exercise)
}

/** What a URL would drop, or read as something else: RFC 3986 leaves no other spelling for these. */
const misread = /[\p{Cc}\\]|%(?=[\da-f]{2})|^ +| +$/giu

/** Names between slashes as a URL takes them; what it encodes by itself stays as it is. */
function writePath(names: string): string {
  const segments = names.split('/')
  return segments.map((segment) => segment.replace(misread, encodeURIComponent)).join('/')
}

/** The properties that the schema knows, in its order. */
function pick<S extends z.ZodObject>(schema: S, value: z.output<S>): z.output<S> {
  const picked: Record<string, unknown> = {}
  for (const name in schema.shape) picked[name] = value[name]
  return picked as z.output<S>
}
