import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

test('takes its defaults from an empty environment', () => {
  expect(loadConfig({})).toMatchObject({
    port: 8001,
    policy: 'strict',
    appHost: 'http://localhost:8001',
    jwtSecretKey: undefined,
    tokenLifetimeS: { access: 1800, refresh: 5_184_000 },
    corsOrigins: [],
  })
})

test.each([
  ['JWT_SECRET_KEY', 'too short', 'JWT_SECRET_KEY: shorter than 32 bytes'],
  ['POLICY', 'lax', 'POLICY="lax": not one of strict, open'],
  ['APP_HOST', 'localhost:8001', 'APP_HOST="localhost:8001": not an http or https URL'],
  ['LOGIN_RATE', '-1', 'LOGIN_RATE="-1": not an integer from 0 to 1000000'],
])('refuses %s=%s', (name, value, fault) => {
  expect(() => loadConfig({ [name]: value })).toThrow(fault)
})

test('begins the URLs of files with APP_HOST, without its last slash', () => {
  expect(loadConfig({ APP_HOST: 'https://a.example/b/' }).appHost).toBe('https://a.example/b')
})
