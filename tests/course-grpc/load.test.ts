import { once } from 'node:events'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import { expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { useCourseLab } from './support/course-lab.ts'
import { buildCourse, manyCourses } from './support/courses.ts'
import { connectRaw, messageFrame, pathOf } from './support/raw-client.ts'

const lab = useCourseLab()
const { listCourses, study } = CourseService.method
const megabyte = 1_048_576

/** What HTTP/2 windows and the buffers of two sockets may hold, and no more. */
const bufferedBytesMax = 8 * megabyte

/** Resolves when a counter stands still. */
async function settled(metric: string): Promise<number> {
  let last = -1
  await until(async () => {
    const now = await lab.service.metric(metric)
    const still = now === last
    last = now
    await new Promise((resolve) => setTimeout(resolve, 100))
    return still
  }, `${metric} stands still`)
  return last
}

test('imports 8,000 courses of 4 KB in bounded memory; a reader that sleeps costs a bounded amount', async () => {
  const count = 8_000
  const courses = manyCourses(count, { description: 'x'.repeat(4_000) })
  expect(await lab.client.importCourses(courses)).toMatchObject({ importedCount: count, refusedCount: 0 })
  expect(await lab.service.metric('process_resident_memory_bytes')).toBeLessThan(200 * megabyte)

  const sentBefore = await lab.service.metric('lab_sent_bytes_total')
  await using connection = await connectRaw(await lab.service.address())
  const { stream } = connection.open(pathOf(listCourses))
  stream.pause()
  stream.end(messageFrame(listCourses.input, {}))
  expect((await settled('lab_sent_bytes_total')) - sentBefore).toBeLessThan(bufferedBytesMax)
  // Others are served meanwhile, and it may go on where it slept.
  expect((await lab.client.getCourse('api-course')).courseId).toBe('api-course')
  let bytes = 0
  stream.removeAllListeners('data')
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  stream.resume()
  await once(stream, 'end')
  expect(bytes).toBeGreaterThan(count * 4_000)
  expect(await lab.service.metric('process_resident_memory_bytes')).toBeLessThan(200 * megabyte)
}, 120_000)

test('reads no more questions while their answers are not read', async () => {
  const course = buildCourse({ courseId: 'long', description: 'API. '.repeat(2_000) })
  await lab.client.createCourse(course)
  await using connection = await connectRaw(await lab.service.address())
  const { stream } = connection.open(pathOf(study))
  stream.pause()
  const before = await lab.service.metric('lab_received_bytes_total')
  const question = messageFrame(study.input, { courseId: 'long', question: `API${' '.repeat(50_000)}` })
  for (let i = 0; i < 1_000; i++) stream.write(question)
  await until(async () => (await lab.service.metric('lab_received_bytes_total')) > before, 'it reads')
  expect((await settled('lab_received_bytes_total')) - before).toBeLessThan(bufferedBytesMax)
  stream.close(8)
  await lab.idle()
})

test('answers 2,000 calls at once on one client', async () => {
  const calls = Array.from({ length: 2_000 }, () => lab.client.getCourse('api-course', { timeoutMs: 20_000 }))
  expect(new Set((await Promise.all(calls)).map(({ courseId }) => courseId))).toEqual(new Set(['api-course']))
})
