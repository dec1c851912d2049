import { LabError } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import type { Experiment } from '../experiment.ts'
import type { Outcome } from '../runner/experiment-run.ts'
import { type Call, Lane } from '../runner/lane.ts'
import { Timeline } from '../runner/timeline.ts'
import { junitXml } from './junit.ts'
import { sparkline } from './sparkline.ts'
import { drawTimeline, wrap } from './timeline-picture.ts'
import { escapeXml } from './xml.ts'

const experiment: Experiment = {
  name: 'sample',
  title: 'A <sample> & more',
  hypothesis: 'Nothing "happens".',
  affects: [],
  prepare: () => Promise.reject(new Error('not to be run')),
}

function outcome(changes: Partial<Outcome> = {}): Outcome {
  const timeline = new Timeline(() => {})
  timeline.enter('steady')
  timeline.found({ that: 'one < two', look: () => ({ holds: true, saw: '' }) }, { holds: true, saw: '1 & 2' })
  timeline.found(
    { that: 'two < one', look: () => ({ holds: false, saw: '' }) },
    { holds: false, saw: '2 > 1' },
  )
  timeline.close()
  const lane = new Lane('rest', () => 5)
  return {
    experiment,
    size: 'short',
    begun: new Date(0),
    durationMs: 1_000,
    verdict: 'does not hold',
    timeline,
    lanes: [lane],
    ...changes,
  }
}

test('a sparkline: height by the slowest call, a cross for a failure, a blank for nothing', () => {
  const call = (at: number, ms: number, code: Call['code'] = 'ok'): Call => ({ at, ms, code })
  const calls = [
    call(0, 1),
    call(1, 0.1),
    call(10, 31),
    call(20, 5_000),
    call(30, 1, 'unavailable'),
    call(31, 1),
  ]
  expect(sparkline(calls, 0, 50, 5)).toBe('▁▄█✗ ')
})

test('JUnit: a case for each check, failures with what was seen, everything escaped', () => {
  const xml = junitXml([outcome()])
  expect(xml).toContain('<testsuite name="sample" tests="2" failures="1" errors="0" time="1.000"')
  expect(xml).toContain('name="steady: one &lt; two"')
  expect(xml).toContain('<failure message="2 &gt; 1"/>')
})

test('JUnit: a run that came to no end is an error', () => {
  const xml = junitXml([outcome({ verdict: 'failed', error: new Error('no <lab>') })])
  expect(xml).toContain('errors="1"')
  expect(xml).toContain('no &lt;lab&gt;')
})

test('the picture is one element, escaped, with every call that failed', async () => {
  const made = outcome()
  const [lane] = made.lanes
  await lane?.record(() => Promise.reject(new LabError('unavailable', 'gone')))
  const svg = drawTimeline(made)
  expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 1000 \d/)
  expect(svg).toContain('A &lt;sample&gt; &amp; more')
  expect(svg).toContain('1 unavailable')
  expect(svg).not.toContain('NaN')
})

test('text for XML: what it cannot hold is left out', () => {
  expect(escapeXml('a\u0000\u001b[1m"<&>"\ud800b')).toBe('a[1m&quot;&lt;&amp;&gt;&quot;b')
})

test('lines break between words', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('extraordinary', 3)).toEqual(['extraordinary'])
})
