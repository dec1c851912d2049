import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createOperationMetrics } from './operation-metrics.ts'

test('counts operations by outcome, and their durations in buckets', async () => {
  const registry = new Registry()
  const observe = createOperationMetrics(registry)
  observe('read', 'ok', 0.0005)
  observe('read', 'ok', 0.002)
  observe('read', 'not_found', 11)
  observe('write', 'ok', 0.1)
  const expected = [
    '# TYPE lab_requests_total counter',
    'lab_requests_total{operation="read",outcome="ok"} 2',
    'lab_requests_total{operation="read",outcome="not_found"} 1',
    'lab_requests_total{operation="write",outcome="ok"} 1',
    '# TYPE lab_request_duration_seconds histogram',
    'lab_request_duration_seconds_bucket{operation="read",le="0.0005"} 1',
    'lab_request_duration_seconds_bucket{operation="read",le="0.001"} 1',
    'lab_request_duration_seconds_bucket{operation="read",le="0.0025"} 2',
    'lab_request_duration_seconds_bucket{operation="read",le="10"} 2',
    'lab_request_duration_seconds_bucket{operation="read",le="+Inf"} 3',
    'lab_request_duration_seconds_sum{operation="read"} 11.0025',
    'lab_request_duration_seconds_count{operation="read"} 3',
    'lab_request_duration_seconds_count{operation="write"} 1',
  ]
  const lines = (await registry.metrics()).split('\n')
  expect(lines.filter((line) => expected.includes(line))).toEqual(expected)
  expect(await registry.metrics()).toBe(lines.join('\n'))
})
