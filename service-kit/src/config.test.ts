import { composeVariable, type ServiceName, services } from '@polyservice-lab/contracts/services'
import { describe, expect, test } from 'vitest'
import { ConfigError, defineConfig } from './config.ts'

const about = 'does something'
const service: ServiceName = 'users-api'
const { port } = services[service]
const loadConfig = defineConfig(service, (env) => ({
  bytesMax: env.integer('BYTES_MAX', { default: 1024, min: 1, max: 4096, about }),
  policy: env.oneOf('POLICY', ['strict', 'open'], { default: 'strict', about }),
  names: env.list('NAMES', { about }),
  origins: env.origins('ORIGINS', { about }),
  compression: env.boolean('COMPRESSION', { default: false, about }),
  key: env.optional('SECRET_KEY', { about }) === 'short' ? env.fault('SECRET_KEY', 'too short', '') : '',
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
      port,
      adminPort: 9090,
      logLevel: 'info',
      resetAllowed: false,
      shutdownTimeoutMs: 10_000,
      drainTimeoutMs: 8_000,
      bytesMax: 1024,
      policy: 'strict',
      names: [],
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
      NAMES: 'a, b,,c ',
      COMPRESSION: 'on',
      HOST: '',
    }
    expect(loadConfig(env)).toMatchObject({
      host: '0.0.0.0',
      port: 81,
      bytesMax: 1,
      policy: 'open',
      names: ['a', 'b', 'c'],
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
    ['ADMIN_PORT', String(port), 'the same as PORT'],
    ['PORT', '9090', 'the same as ADMIN_PORT'],
  ])('refuses %s=%s', (variable, value, problem) => {
    const [fault] = faultsOf({ [variable]: value })
    expect(fault).toMatch(`${variable}="${value}": ${problem}`)
  })

  test('reports every fault at once', () => {
    expect(faultsOf({ PORT: 'x', POLICY: 'y', LOG_LEVEL: 'z' })).toHaveLength(3)
  })

  test('does not quote a secret', () => {
    const [fault] = faultsOf({ SECRET_KEY: 'short' })
    expect(fault).toBe(`SECRET_KEY: too short (in compose: ${composeVariable(service, 'SECRET_KEY')})`)
  })

  test.each(['lab.example', 'https://lab.example/', 'https://lab.example:443', 'ws://lab.example', '*'])(
    'refuses the origin %s, which no browser sends',
    (origin) => {
      const [fault] = faultsOf({ ORIGINS: `http://localhost:8765,${origin}` })
      expect(fault).toContain(`${origin} is not an origin`)
    },
  )

  test('describes what the service alone reads', () => {
    expect(loadConfig.variables.map(({ name, default: value }) => [name, value])).toEqual([
      ['BYTES_MAX', '1024'],
      ['POLICY', 'strict'],
      ['NAMES', ''],
      ['ORIGINS', ''],
      ['COMPRESSION', 'off'],
      ['SECRET_KEY', ''],
    ])
  })
})

describe('budgets', () => {
  const mebibyte = 1_048_576
  const load = defineConfig(service, (env) => ({
    receive: env.budget('RECEIVE_BYTES_MAX', { default: 64 * mebibyte, min: 1024, about }),
    send: env.budget('SEND_BYTES_MAX', { default: 64 * mebibyte, min: 1024, about }),
  }))
  const memory = (limit: number, heap: number) => ({
    limitBytes: limit * mebibyte,
    heapBytes: heap * mebibyte,
  })

  test('keep their defaults where these fit beside the heap', () => {
    expect(load({}, memory(512, 256))).toMatchObject({ receive: 64 * mebibyte, send: 64 * mebibyte })
  })

  test('shrink their defaults to what is left beside the heap and a budget that is set', () => {
    const { receive, send } = load({ RECEIVE_BYTES_MAX: String(32 * mebibyte) }, memory(256, 128))
    expect(receive).toBe(32 * mebibyte)
    expect(send).toBe(40 * mebibyte)
  })

  test('are a fault that tells their sum, where those that are set do not fit', () => {
    const set = { RECEIVE_BYTES_MAX: String(100 * mebibyte), SEND_BYTES_MAX: String(100 * mebibyte) }
    const attempt = () => load(set, memory(256, 128))
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(String(200 * mebibyte))
    expect(attempt).toThrow('RECEIVE_BYTES_MAX')
  })
})

describe('connections', () => {
  const load = defineConfig(service, (env) => ({
    connections: env.connections('CONNECTIONS_MAX', { default: 10_000, min: 1, about }),
  }))
  /** Room for 1024 connections beside the program. */
  const memory = { limitBytes: 256 * 1_048_576, heapBytes: 26 * 1_048_576 }

  test('shrink their default to what the heap holds', () => {
    expect(load({}, memory).connections).toBe(1024)
  })

  test.each([1, 1024])('are as many as is set: %i', (count) => {
    expect(load({ CONNECTIONS_MAX: String(count) }, memory).connections).toBe(count)
  })

  test('that are set and do not fit the heap are a fault', () => {
    expect(() => load({ CONNECTIONS_MAX: '1025' }, memory)).toThrow(
      'CONNECTIONS_MAX="1025": the heap has room for 1024 connections',
    )
  })
})
