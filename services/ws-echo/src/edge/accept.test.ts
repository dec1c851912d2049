import { expect, test } from 'vitest'
import { prefersHtml } from './accept.ts'

test.for([
  ['text/html', true],
  ['TEXT/HTML;charset=utf-8', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['application/json, text/html', true],
  ['text/html;q=0.8, */*;q=0.8', true],
  ['text/html;q=0.5, application/json', false],
  ['text/html;q=0', false],
  ['text/html;q=oops', false],
  ['text/*', false],
  ['*/*', false],
  ['', false],
] as const)('"%s" prefers HTML: %s', ([accept, preferred]) => {
  expect(prefersHtml(accept)).toBe(preferred)
})
