import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { composeFile, otherNames } from './compose.ts'
import type { LabService } from './lab.ts'

const compose = readFileSync(resolve(import.meta.dirname, '../../docker-compose.yml'), 'utf8')

const newcomer: LabService = {
  name: 'new-comer',
  port: 8999,
  adminPort: 9999,
  wing: 'core',
  protocol: 'none',
  title: 'says nothing',
  keeps: 'a file',
  tryIt: 'true',
  variables: [
    { name: 'WORDS_MAX', default: '1', about: 'how many' },
    { name: 'DATA_DIR', default: '/data', about: 'where' },
  ],
}
const block = `  new-comer:
    <<: *service
    image: polyservice-lab/new-comer:\${LAB_TAG:-latest}
    build: { context: ., dockerfile: services/new-comer/Dockerfile, args: { NODE_IMAGE: } }
    ports:
      - \${LAB_BIND:-127.0.0.1}:\${NEW_COMER_PORT:-8999}:8999
      - \${LAB_BIND:-127.0.0.1}:\${NEW_COMER_ADMIN_PORT:-9999}:9090
    environment:
      <<: *environment
      WORDS_MAX: \${NEW_COMER_WORDS_MAX:-}
    volumes: [new-comer-data:/data]
`

test('a service that is new gets a block and a volume, and the others stay as they are', () => {
  const file = composeFile(compose, [newcomer])
  expect(file).toContain(`\n\n${block}\nvolumes:\n`)
  expect(file.endsWith('  new-comer-data:\n')).toBe(true)
  expect(file.replace(`\n${block}`, '').replace('  new-comer-data:\n', '')).toBe(compose)
})

test('written twice, it is the same', () => {
  const once = composeFile(compose, [newcomer])
  expect(composeFile(once, [newcomer])).toBe(once)
})

test('a variable that no reader has goes, one that is new comes, and a default of compose stays', () => {
  const file = composeFile(compose, [newcomer])
    .replace(/WORDS_MAX: .*/, `GONE: \${NEW_COMER_GONE:-}`)
    .replace(
      `    volumes: [new-comer-data:/data]\n`,
      `    volumes: [new-comer-data:/data]\n    mem_limit: 64m\n`,
    )
  const again = composeFile(file, [newcomer])
  expect(again).toContain(
    `      WORDS_MAX: \${NEW_COMER_WORDS_MAX:-}\n    volumes: [new-comer-data:/data]\n    mem_limit: 64m\n`,
  )
  expect(again).not.toContain('GONE')

  const withDefault = again.replace(`{NEW_COMER_WORDS_MAX:-}`, `{NEW_COMER_WORDS_MAX:-\${WORDS:-}}`)
  expect(composeFile(withDefault, [newcomer])).toBe(withDefault)
  expect(otherNames(withDefault, 'new-comer')).toEqual(new Map([['WORDS_MAX', 'WORDS']]))
})

test('a port that differs is put right', () => {
  const file = composeFile(compose, [newcomer]).replace(':-8999}:8999', ':-8998}:8998')
  expect(composeFile(file, [newcomer])).toContain(block)
})
