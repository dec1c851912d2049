import { checkCourseId, invalidFields } from '../domain/course.ts'

/** Distinguishes this form of token from later ones. */
const version = '1'

/** The token of the page after the course of this id: its position is a key, not a count, so writes do not move it. */
export function pageTokenAfter(courseId: string): string {
  return Buffer.from(version + courseId).toString('base64url')
}

/**
 * The id after which the page of a token begins; the empty token is that of the first page.
 * @throws AppError invalid_argument naming `pageToken`
 */
export function parsePageToken(token: string): string {
  if (token === '') return ''
  const text = Buffer.from(token, 'base64url').toString()
  const courseId = text.slice(version.length)
  const isOurs = text.startsWith(version) && courseId !== '' && pageTokenAfter(courseId) === token
  if (!isOurs) throw invalidFields([{ field: 'pageToken', description: 'is not a token that a page gave' }])
  checkCourseId(courseId, 'pageToken')
  return courseId
}
