import type { ColumnType, Generated } from 'kysely'

/** Integers are read as bigint. */
type Integer = ColumnType<bigint, number | bigint, number | bigint>

interface UserRow {
  readonly id: string
  readonly email: string
  readonly passwordHash: string
  readonly lastName: string
  readonly firstName: string
  readonly middleName: string
}

/** The bytes at a path of the storage. */
interface ContentRow {
  readonly path: string
  readonly blobId: string
  readonly sizeBytes: Integer
  readonly modifiedAtMs: Integer
}

interface FileRow {
  readonly id: string
  readonly filename: string
  readonly directory: string
  readonly path: string
  readonly ownerId: string | null
}

interface CourseRow {
  /** Greater than that of every row before it. */
  readonly number: Integer
  readonly id: string
  readonly title: string
  readonly maxScore: bigint | null
  readonly minScore: bigint | null
  readonly description: string
  readonly previewFileId: string
  readonly estimatedTime: string | null
  readonly createdByUserId: string
}

interface ExerciseRow {
  readonly number: Integer
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

export interface Schema {
  readonly users: UserRow
  readonly contents: ContentRow
  readonly files: FileRow
  readonly courses: CourseRow
  readonly exercises: ExerciseRow
}

/** A piece of the bytes of a blob, in the order of their numbers; a blob has one at least. */
interface PieceRow {
  readonly blobId: string
  readonly number: number
  readonly bytes: Uint8Array
  readonly writtenAt: Generated<Date>
}

interface SecretRow {
  readonly name: string
  readonly value: Buffer
}

interface LoginFailuresRow {
  readonly key: string
  /** As many as there were at `updatedAt`; they are forgotten over a minute. */
  readonly failures: number
  readonly updatedAt: Date
}

/** What several processes share: SQLite has files and the memory of its one process for that. */
export interface SharedSchema extends Schema {
  readonly pieces: PieceRow
  readonly secrets: SecretRow
  readonly loginFailures: LoginFailuresRow
}
