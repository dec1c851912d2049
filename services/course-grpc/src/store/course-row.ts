/** A course as its table holds it; the default collation compares ids by the bytes of UTF-8. */
export interface CourseRow {
  readonly courseId: string
  readonly title: string
  readonly description: string
}
