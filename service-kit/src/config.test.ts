import { describe, expect, test } from 'vitest'
import { ConfigError, defineConfig } from './config.ts'

const loadConfig = defineConfig(7000, (env) => ({
  bytesMax: env.integer('BYTES_MAX', 1024, { min: 1, max: 4096 }),
  policy: env.oneOf('POLICY', ['strict', 'open'], 'strict'),
  origins: env.list('ORIGINS'),
  compression: env.boolean('COMPRESSION', false),
  key: env.optional('SECRET_KEY') === 'short' ? env.fault('SECRET_KEY', 'too short', '') : '',
}))

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('defineConfig', () => {
  test('takes the defaults where nothing is set', () => {
    expect(loadConfig({})).toEqual({
      host: '0.0.0.0',
      port: 7000,
      adminPort: 9090,
      logLevel: 'info',
      resetAllowed: false,
      shutdownTimeoutMs: 10_000,
      bytesMax: 1024,
      policy: 'strict',
      origins: [],
      compression: false,
      key: '',
    })
  })

  test('takes what is set, and an empty value as unset', () => {
    const env = {
      PORT: '81',
      BYTES_MAX: '1',
      POLICY: 'open',
      ORIGINS: 'a, b,,c ',
      COMPRESSION: 'on',
      HOST: '',
    }
    expect(loadConfig(env)).toMatchObject({
      host: '0.0.0.0',
      port: 81,
      bytesMax: 1,
      policy: 'open',
      origins: ['a', 'b', 'c'],
      compression: true,
    })
  })

  test.each([
    ['PORT', 'abc', 'not a port (1 to 65535)'],
    ['PORT', '0', 'not a port (1 to 65535)'],
    ['PORT', '80.0', 'not a port (1 to 65535)'],
    ['PORT', '0x50', 'not a port (1 to 65535)'],
    ['BYTES_MAX', '0', 'not an integer from 1 to 4096'],
    ['BYTES_MAX', '4097', 'not an integer from 1 to 4096'],
    ['BYTES_MAX', '1e3', 'not an integer from 1 to 4096'],
    ['BYTES_MAX', ' 12', 'not an integer from 1 to 4096'],
    ['POLICY', 'Open', 'not one of strict, open'],
    ['COMPRESSION', 'true', 'not one of on, off'],
    ['ADMIN_PORT', '7000', 'the same as PORT'],
    ['PORT', '9090', 'the same as ADMIN_PORT'],
  ])('refuses %s=%s', (variable, value, problem) => {
    expect(faultsOf({ [variable]: value })).toEqual([`${variable}="${value}": ${problem}`])
  })

  test('reports every fault at once', () => {
    expect(faultsOf({ PORT: 'x', POLICY: 'y', LOG_LEVEL: 'z' })).toHaveLength(3)
  })

  test('does not quote a secret', () => {
    expect(faultsOf({ SECRET_KEY: 'short' })).toEqual(['SECRET_KEY: too short'])
  })
})
