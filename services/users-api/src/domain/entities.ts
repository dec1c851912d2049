/** Ids are UUIDs of version 4 in lower case. */
export interface User {
  readonly id: string
  /** In its normal form; no two users have the same. */
  readonly email: string
  readonly lastName: string
  readonly firstName: string
  readonly middleName: string
}

export interface StoredFile {
  readonly id: string
  readonly filename: string
  /** Directories between slashes, as it was written: `.` and `a/b/` are themselves. */
  readonly directory: string
  /** Nobody's, when its user is gone and a course of another still uses it. */
  readonly ownerId: string | null
}

/** Scores and indexes are integers of 64 bits. */
export interface Course {
  readonly id: string
  readonly title: string
  readonly maxScore: bigint | null
  readonly minScore: bigint | null
  readonly description: string
  readonly previewFile: StoredFile
  readonly estimatedTime: string | null
  readonly createdByUser: User
}

export interface Exercise {
  readonly id: string
  readonly title: string
  readonly courseId: string
  readonly maxScore: bigint | null
  readonly minScore: bigint | null
  readonly orderIndex: bigint
  readonly description: string
  readonly estimatedTime: string | null
  readonly ownerId: string
}
