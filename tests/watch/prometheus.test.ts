import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApiClient, createCourseClient } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../support/docker.ts'
import { useComposeLab } from './compose-lab.ts'

const scraped = ['users-api', 'course-grpc']
const lab = useComposeLab(['prometheus', ...scraped])

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

async function query(expression: string): Promise<readonly Series[]> {
  const port = await lab.port('prometheus', 9090)
  const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`
  const answer = (await (await fetch(url)).json()) as {
    status: string
    error?: string
    data: { result: Series[] }
  }
  if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`)
  return answer.data.result
}

/** Calls each service until Prometheus knows a rate of the calls. */
async function load(): Promise<void> {
  const users = createApiClient({ port: await lab.port('users-api', 8001) })
  await using courses = createCourseClient({ port: await lab.port('course-grpc', 50_051) })
  await expect
    .poll(
      async () => {
        await Promise.all([users.get('/api/v1/users/me'), courses.getCourse('api-course')])
        const known = await query('lab:requests:rate1m > 0')
        return known.map(({ metric }) => metric['service']).toSorted()
      },
      { timeout: 60_000, interval: 500 },
    )
    .toEqual(scraped.toSorted())
}

test('finds what runs by its name, and nothing else', async () => {
  await expect
    .poll(async () => (await query('sum(up{job="services"})'))[0]?.value[1], { timeout: 60_000 })
    .toBe('2')
}, 90_000)

test('the rules are what promtool takes, and each alert fires where it should', async () => {
  const promtool = ['exec', '--no-TTY', '--env', 'TMPDIR=/prometheus', 'prometheus', 'promtool']
  await lab.compose(...promtool, 'check', 'rules', '/etc/prometheus/rules.yml')
  await lab.compose('cp', 'backing/rules.test.yml', 'prometheus:/prometheus/rules.test.yml')
  await lab.compose('cp', 'backing/rules.yml', 'prometheus:/prometheus/rules.yml')
  expect(await lab.compose(...promtool, 'test', 'rules', '/prometheus/rules.test.yml')).toContain('SUCCESS')
})

test('every query of the dashboards of services has an answer under load', async () => {
  await load()
  const folder = join(repositoryRoot, 'backing/grafana/dashboards')
  const files = readdirSync(folder).filter((file) => file !== 'saga.json')
  expect(files.toSorted()).toEqual(['lab.json', 'service.json'])
  for (const file of files) {
    const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[]
    }
    for (const { title, targets } of panels)
      for (const { expr } of targets) {
        const answered = () => query(expr.replaceAll('$service', 'users-api'))
        await expect
          .poll(answered, { message: `${file}, ${title}: ${expr}`, timeout: 30_000 })
          .not.toEqual([])
      }
  }
}, 150_000)
