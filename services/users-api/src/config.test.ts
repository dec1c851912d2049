import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

test('takes its defaults from an empty environment', () => {
  expect(loadConfig({})).toMatchObject({
    port: 8001,
    policy: 'strict',
    appHost: undefined,
    jwtSecretKey: undefined,
    tokenLifetimeS: { access: 1800, refresh: 5_184_000 },
    corsOrigins: [],
  })
})

test.each([
  ['JWT_SECRET_KEY', 'too short', 'JWT_SECRET_KEY: shorter than 32 bytes'],
  ['POLICY', 'lax', 'POLICY="lax": not one of strict, open'],
  ['APP_HOST', 'localhost:8001', 'APP_HOST="localhost:8001": not an http or https URL'],
  [
    'APP_HOST',
    'http://a.example/?b=c',
    'APP_HOST="http://a.example/?b=c": a URL with a user, a query or a fragment',
  ],
  ['APP_HOST', 'http://a.example/#b', 'a URL with a user, a query or a fragment'],
  ['APP_HOST', 'http://a:b@a.example', 'a URL with a user, a query or a fragment'],
  ['CORS_ORIGINS', 'http://localhost:5173/', 'http://localhost:5173/ is not an origin'],
  ['CORS_ORIGINS', 'http://a.example,localhost:3000', 'localhost:3000 is not an origin'],
  ['CORS_ORIGINS', 'nonsense', 'nonsense is not an origin'],
  ['LOGIN_RATE', '-1', 'LOGIN_RATE="-1": not an integer from 0 to 1000000'],
])('refuses %s=%s', (name, value, fault) => {
  expect(() => loadConfig({ [name]: value })).toThrow(fault)
})

test('begins the URLs of files with APP_HOST, without its last slash', () => {
  expect(loadConfig({ APP_HOST: 'https://a.example/b/' }).appHost).toBe('https://a.example/b')
})

test('takes the database that STORE asks for, and tells what is wrong with its URL without its password', () => {
  const DATABASE_URL = 'postgres://lab:password@db/users_api'
  expect(loadConfig({ STORE: 'postgres', DATABASE_URL }).databaseUrl).toBe(DATABASE_URL)
  expect(loadConfig({ DATABASE_URL }).databaseUrl).toBeUndefined()
  expect(() => loadConfig({ STORE: 'postgres' })).toThrow(
    /^DATABASE_URL: missing, and STORE is postgres \(in compose: USERS_API_DATABASE_URL\)$/,
  )
  expect(() => loadConfig({ STORE: 'postgres', DATABASE_URL: 'mysql://lab:password@db/x' })).toThrow(
    /^DATABASE_URL: not a URL that begins with postgres:\/\/ \(in compose: USERS_API_DATABASE_URL\)$/,
  )
})
