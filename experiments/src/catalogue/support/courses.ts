import type { Course, CourseClient } from '@polyservice-lab/clients'

/** Fills the catalogue. @param count how many courses, @param textBytes the length of the description of each */
export async function importCourses(client: CourseClient, count: number, textBytes: number): Promise<void> {
  const description = 'x'.repeat(textBytes)
  const courses = Array.from(
    { length: count },
    (_, i): Course => ({
      courseId: `course-${String(i).padStart(6, '0')}`,
      title: `Course ${i}`,
      description,
    }),
  )
  const { importedCount } = await client.importCourses(courses, { timeoutMs: 60_000 })
  if (importedCount !== count) throw new Error(`${importedCount} of ${count} courses were imported`)
}
