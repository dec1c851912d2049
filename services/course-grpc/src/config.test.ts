import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

test.each([
  ['MESSAGE_BYTES_MAX', { MESSAGE_BYTES_MAX: '0' }],
  ['IMPORT_BYTES_MAX', { IMPORT_BYTES_MAX: '1e9' }],
  ['IMPORTS_MAX', { IMPORTS_MAX: 'many' }],
  ['CONNECTIONS_MAX', { CONNECTIONS_MAX: '-1' }],
  ['CONCURRENT_STREAMS_MAX', { CONCURRENT_STREAMS_MAX: '0' }],
  ['KEEPALIVE_INTERVAL_MS', { KEEPALIVE_INTERVAL_MS: '99' }],
  ['KEEPALIVE_TIMEOUT_MS', { KEEPALIVE_TIMEOUT_MS: '1' }],
  ['TLS_KEY_FILE', { TLS_CERT_FILE: 'server.crt' }],
  ['TLS_CERT_FILE', { TLS_KEY_FILE: 'server.key' }],
  ['TLS_CLIENT_CA_FILE', { TLS_CLIENT_CA_FILE: 'ca.crt' }],
])('names %s as the one fault of %o', (variable, env) => {
  expect(() => loadConfig(env)).toThrow(new RegExp(`^${variable}[^\n]*$`))
})

test('takes TLS files together', () => {
  const env = { TLS_CERT_FILE: 'a', TLS_KEY_FILE: 'b', TLS_CLIENT_CA_FILE: 'c' }
  expect(loadConfig(env).tls).toEqual({ certificate: 'a', key: 'b', clientCa: 'c' })
  expect(loadConfig({}).tls).toBeUndefined()
})
