import type { Course } from './course.ts'

/** Ends work that nobody waits for any more. */
export type Stop = Pick<AbortSignal, 'throwIfAborted'>

/** Where courses are kept. What a method has acknowledged is durable. */
export interface CourseStore {
  /** Gives the same object for the same course, most of the time. */
  get(courseId: string): Promise<Course | undefined>
  /**
   * The first courses after an id, in the order of their ids by the bytes of UTF-8: at most `limit`, fewer where they
   * are long, none only where there is none.
   */
  page(afterId: string, limit: number): Promise<readonly Course[]>
  /** Whether the course was added: an id that is taken is not. */
  insert(course: Course, stop: Stop): Promise<boolean>
  /** The course after the change; undefined where there is none. */
  update(
    courseId: string,
    changes: Partial<Omit<Course, 'courseId'>>,
    stop: Stop,
  ): Promise<Course | undefined>
  delete(courseId: string, stop: Stop): Promise<boolean>
  /** Sets courses aside until they are all there. */
  stage(): ImportStage
  /** Removes everything and adds these. */
  replaceAll(courses: readonly Course[]): Promise<void>
}

/** Courses that are set aside and not yet in the catalogue. Disposing forgets them, unless they were committed. */
export interface ImportStage extends AsyncDisposable {
  /** `index` is the position of the course in its stream. */
  add(index: number, course: Course): Promise<void>
  /** Adds the courses to the catalogue in one transaction, except those whose ids are taken. */
  commit(takenMax: number, stop: Stop): Promise<CommittedImport>
}

export interface CommittedImport {
  readonly imported: number
  readonly takenCount: number
  /** The first courses whose ids were taken, at most `takenMax`. */
  readonly taken: readonly { readonly index: number; readonly courseId: string }[]
}
