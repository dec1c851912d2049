import type { Outcome } from '../runner/experiment-run.ts'
import { describeError } from './describe.ts'
import { element, escapeXml } from './xml.ts'

/** A test suite for each run, a test case for each of its checks, in the form that CI systems read. */
export function junitXml(outcomes: readonly Outcome[]): string {
  const suites = outcomes.map(suite)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'experiments' }, ...suites, '\n')}\n`
}

function suite({ experiment, timeline, durationMs, begun, verdict, error }: Outcome): string {
  const { name, hypothesis } = experiment
  const cases = timeline.checks.map(({ phase, that, saw, holds }) => {
    const about = { classname: `experiments.${name}`, name: `${phase}: ${that}` }
    const result = holds ? element('system-out', {}, escapeXml(saw)) : element('failure', { message: saw })
    return `\n  ${element('testcase', about, result)}`
  })
  // A run that came to no end has a case of its own, so that nobody takes it for a success.
  const isOver = verdict !== 'failed' && verdict !== 'interrupted'
  const end = isOver
    ? []
    : [
        `\n  ${element(
          'testcase',
          { classname: `experiments.${name}`, name: 'comes to its end' },
          element('error', { message: error === undefined ? verdict : describeError(error) }),
        )}`,
      ]
  const all = [...cases, ...end]
  const about = {
    name,
    tests: String(all.length),
    failures: String(timeline.checks.filter(({ holds }) => !holds).length),
    errors: String(end.length),
    time: (durationMs / 1_000).toFixed(3),
    timestamp: begun.toISOString(),
  }
  const properties = element('properties', {}, element('property', { name: 'hypothesis', value: hypothesis }))
  return `\n${element('testsuite', about, `\n  ${properties}`, ...all, '\n')}`
}
