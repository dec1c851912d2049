import type { Course, Exercise, StoredFile, User } from './entities.ts'

export type UserFields = Omit<User, 'id'>

export type CourseFields = Omit<Course, 'id' | 'previewFile' | 'createdByUser'>
export interface NewCourse extends CourseFields {
  readonly id: string
  readonly previewFileId: string
  readonly createdByUserId: string
}

export type ExerciseFields = Omit<Exercise, 'id' | 'courseId' | 'ownerId'>

/** The bytes of a file, once they are on the disk under a name that nothing reads yet. */
export interface StoredContent {
  readonly blobId: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

interface NewFile extends StoredFile {
  readonly ownerId: string
  /** The place in the storage: names between slashes, without `.`; two files of one path share their bytes. */
  readonly path: string
  readonly content: StoredContent
}

/** Each method is one transaction; what it resolved is on the disk. */
export interface UserStore {
  /** @throws AppError already_exists when another user has the email */
  insert(user: User, passwordHash: string): Promise<void>
  find(id: string): Promise<User | undefined>
  findByEmail(email: string): Promise<{ readonly user: User; readonly passwordHash: string } | undefined>
  /** @throws AppError already_exists when another user has the email */
  update(id: string, changes: Partial<UserFields>): Promise<User | undefined>
  /** With all that is theirs: courses, exercises, and files that no course of another user needs. */
  delete(id: string): Promise<void>
}

export interface FileStore {
  /** The new bytes are those of every file of the same path. */
  insert(file: NewFile): Promise<void>
  find(id: string): Promise<StoredFile | undefined>
  /** Whether a file of that path belongs to somebody else. */
  isTaken(path: string, ownerId: string): Promise<boolean>
  /** @throws AppError failed_precondition when a course uses the file */
  delete(id: string): Promise<void>
  findContent(path: string): Promise<StoredContent | undefined>
}

export interface CourseStore {
  /** @throws AppError not_found when there is no such file or user */
  insert(course: NewCourse): Promise<Course>
  find(id: string): Promise<Course | undefined>
  /** In the order of their creation. */
  listOfUser(userId: string): Promise<readonly Course[]>
  update(id: string, changes: Partial<CourseFields>): Promise<Course | undefined>
  /**
   * With its exercises and its preview file, unless another course uses it.
   * @param keepOthersFile leaves a preview file that belongs to somebody else than the course
   */
  delete(id: string, keepOthersFile: boolean): Promise<void>
}

export interface ExerciseStore {
  /** @throws AppError not_found when there must be a course and there is none */
  insert(exercise: Exercise, needsCourse: boolean): Promise<void>
  find(id: string): Promise<Exercise | undefined>
  /** In the order of their creation. */
  listOfCourse(courseId: string): Promise<readonly Exercise[]>
  update(id: string, changes: Partial<ExerciseFields>): Promise<Exercise | undefined>
  delete(id: string): Promise<void>
}

export interface Store {
  readonly users: UserStore
  readonly files: FileStore
  readonly courses: CourseStore
  readonly exercises: ExerciseStore
}
