import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

test('takes origins as browsers write them', () => {
  const { origins } = loadConfig({ ORIGINS: 'https://lab.example, http://localhost:8765, null' })
  expect([...origins]).toEqual(['https://lab.example', 'http://localhost:8765', 'null'])
})

test.for(['lab.example', 'https://lab.example/', 'https://lab.example:443', '*'])(
  'names ORIGINS=%s as a fault',
  (origin) => {
    expect(() => loadConfig({ ORIGINS: origin })).toThrow(`ORIGINS="${origin}": ${origin} is not an origin`)
  },
)

test('names every fault', () => {
  const env = { BUFFER_BYTES_MAX: '0', HEARTBEAT_MS: '1', CONNECTIONS_MAX: 'many', PERMESSAGE_DEFLATE: 'yes' }
  for (const name of Object.keys(env)) expect(() => loadConfig(env)).toThrow(name)
})
