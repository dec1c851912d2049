// What goes over the wire of users-api, in both directions. Ids are UUIDs of version 4.

export interface User {
  readonly id: string
  readonly email: string
  readonly lastName: string
  readonly firstName: string
  readonly middleName: string
}

export interface StoredFile {
  readonly id: string
  readonly filename: string
  readonly directory: string
  readonly url: string
}

/** @typeParam Integer how 64 bits are held: a number on a client that can do with 53 of them */
export interface Course<Integer = number> {
  readonly id: string
  readonly title: string
  readonly maxScore: Integer | null
  readonly minScore: Integer | null
  readonly description: string
  readonly previewFile: StoredFile
  readonly estimatedTime: string | null
  readonly createdByUser: User
}

/** @typeParam Integer as of a course */
export interface Exercise<Integer = number> {
  readonly id: string
  readonly title: string
  readonly courseId: string
  readonly maxScore: Integer | null
  readonly minScore: Integer | null
  readonly orderIndex: Integer
  readonly description: string
  readonly estimatedTime: string | null
}

export interface Tokens {
  readonly tokenType: 'bearer'
  readonly accessToken: string
  readonly refreshToken: string
}

export interface Credentials {
  readonly email: string
  readonly password: string
}

export type NewUser = Omit<User, 'id'> & { readonly password: string }
export type UserChanges = Partial<Omit<User, 'id'>>

export type NewCourse = Pick<Course, 'title' | 'description'> &
  Partial<Pick<Course, 'maxScore' | 'minScore' | 'estimatedTime'>> & {
    readonly previewFileId: string
    readonly createdByUserId: string
  }
export type CourseChanges = Partial<
  Pick<Course, 'title' | 'maxScore' | 'minScore' | 'description' | 'estimatedTime'>
>

export type NewExercise = Omit<Exercise, 'id' | 'orderIndex'> & Partial<Pick<Exercise, 'orderIndex'>>
export type ExerciseChanges = Partial<Omit<Exercise, 'id' | 'courseId'>>

/** One fault of a request that is answered with 422. */
export interface RequestFault {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** The body of every answer that is no success. */
export interface Failure {
  readonly detail: string | readonly RequestFault[]
}
