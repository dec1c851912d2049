import * as z from 'zod'

/**
 * The values of which one JSON text has several readings, as one side of the wire reads them: a server takes every
 * spelling that PROTOCOL.md allows, a client takes the one that servers write.
 */
export interface Scalars<Integer extends z.ZodType> {
  /** A UUID of version 4. */
  readonly id: z.ZodType<string>
  /** An email address whose normal form has at most that many characters. */
  readonly email: (charactersMax?: number) => z.ZodType<string>
  /** An integer of 64 bits. */
  readonly integer: Integer
}

interface TextLimits {
  /** Lengths in characters (code points). */
  readonly min?: number
  readonly max?: number
  readonly example?: string
}

const wellFormed = {
  message: 'Input should be a valid string, unable to parse raw data as a unicode string',
  params: { type: 'string_unicode' },
}
const withoutNul = {
  message: 'Value error, text should not contain NUL characters',
  params: { type: 'value_error', ctx: { error: {} } },
}

/** A string as it was sent, neither trimmed nor converted; without NUL and lone surrogates. */
export function text({ min, max, example }: TextLimits = {}): z.ZodString {
  let schema = z
    .string()
    .refine((value) => value.isWellFormed(), wellFormed)
    .refine((value) => !value.includes('\0'), withoutNul)
  if (min !== undefined) schema = schema.min(min)
  if (max !== undefined) schema = schema.max(max)
  return example === undefined ? schema : schema.meta({ examples: [example] })
}

/**
 * Makes the schemas of all that goes over the wire of users-api, by the names that its OpenAPI document has for them.
 * Values that a client may leave out have no default here: what stands for them is the server's matter.
 */
export function defineSchemas<Integer extends z.ZodType>({ id, email, integer }: Scalars<Integer>) {
  const names = {
    lastName: text({ min: 1, max: 50, example: 'Lovelace' }),
    firstName: text({ min: 1, max: 50, example: 'Ada' }),
    middleName: text({ min: 1, max: 50, example: 'King' }),
  }
  const title = text({ min: 1, max: 250, example: 'API testing with TypeScript' })
  const description = text({ min: 1, example: 'From the first request to contract tests in a pipeline.' })
  const estimatedTime = z.nullable(text({ min: 1, max: 50, example: '3 weeks' }))
  const scores = { maxScore: z.nullable(integer), minScore: z.nullable(integer) }
  const token = text({
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.b3PVcLKrmT5rlGIVnQ5nYgfuTPvCYfgJ6XpGDzUVwqA',
  })
  const password = text({ min: 1, max: 250, example: 'correct horse battery staple' })
  const tokenType = z.literal('bearer')

  const User = z.object({ id, email: email(250), ...names })
  const File = z.object({
    id,
    filename: text({ min: 1, max: 255, example: 'syllabus.pdf' }),
    directory: text({ min: 1, max: 1024, example: 'courses/previews' }),
    url: text({ example: 'http://localhost:8001/static/courses/previews/syllabus.pdf' }),
  })
  const Course = z.object({
    id,
    title,
    ...scores,
    description,
    previewFile: File,
    estimatedTime,
    createdByUser: User,
  })
  const Exercise = z.object({
    id,
    title,
    courseId: id,
    ...scores,
    orderIndex: integer,
    description,
    estimatedTime,
  })
  const Tokens = z.object({ tokenType, accessToken: token, refreshToken: token })
  const Fault = z.object({
    /** Stable name of the fault. */
    type: text({ example: 'string_too_short' }),
    /** `body`, `path` or `query`, then the names on the way to the value. */
    loc: z.array(z.union([z.string(), z.int()])).meta({ examples: [['body', 'lastName']] }),
    /** One sentence for people. */
    msg: text({ example: 'String should have at least 1 character' }),
    /** What was sent; left out where it would make the answer larger than 64 KiB. */
    input: z
      .unknown()
      .exactOptional()
      .meta({ examples: [''] }),
    /** The values that the sentence is made with. */
    ctx: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .meta({ examples: [{ min_length: 1 }] }),
  })

  return {
    User,
    NewUser: z.object({ email: email(250), password, ...names }),
    UserChanges: User.omit({ id: true }).exactPartial(),
    File,
    Course,
    NewCourse: z
      .object({ title, ...scores, description, estimatedTime, previewFileId: id, createdByUserId: id })
      .exactPartial({ maxScore: true, minScore: true, estimatedTime: true }),
    CourseChanges: z.object({ title, ...scores, description, estimatedTime }).exactPartial(),
    Exercise,
    NewExercise: Exercise.omit({ id: true }).exactPartial({ orderIndex: true }),
    ExerciseChanges: Exercise.omit({ id: true, courseId: true }).exactPartial(),
    Tokens,
    Credentials: z.object({ email: email(), password: text({ example: 'correct horse battery staple' }) }),
    RefreshRequest: z.object({ refreshToken: token }),
    /** The OAuth 2 password grant (RFC 6749, 4.3.2). */
    PasswordGrant: z.object({
      grant_type: z.nullable(text({ example: 'password' }).regex(/^password$/)).exactOptional(),
      username: text({ example: 'ada.lovelace@example.com' }),
      password: text({ example: 'correct horse battery staple' }),
      scope: text({ example: '' }).exactOptional(),
      client_id: z.nullable(text({ example: 'a-client' })).exactOptional(),
      client_secret: z.nullable(text({ example: 'a-secret' })).exactOptional(),
    }),
    UserAnswer: z.object({ user: User }),
    FileAnswer: z.object({ file: File }),
    CourseAnswer: z.object({ course: Course }),
    CoursesAnswer: z.object({ courses: z.array(Course) }),
    ExerciseAnswer: z.object({ exercise: Exercise }),
    ExercisesAnswer: z.object({ exercises: z.array(Exercise) }),
    TokensAnswer: z.object({ token: Tokens }),
    OAuthTokenAnswer: z.object({ access_token: token, token_type: tokenType }),
    Nothing: z.null(),
    /** The body of an answer that is no success. */
    Failure: z.object({ detail: text({ example: 'User not found' }) }),
    Fault,
    /** The body of an answer with status 422. */
    Faults: z.object({ detail: z.array(Fault) }),
  }
}
