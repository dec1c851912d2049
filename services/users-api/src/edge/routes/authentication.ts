import { AppError } from '@polyservice-lab/service-kit'
import type { Request } from 'express'
import type { Authentication } from '../../domain/authentication.ts'
import { publicRoute, type Route } from '../route.ts'
import { parseEmail } from '../validation/email/email.ts'
import { ScalarError } from '../validation/scalar.ts'
import { schemas } from '../validation/schemas.ts'

const failures = {
  401: 'Invalid credentials',
  429: 'Too many failed logins; Retry-After tells the seconds to wait',
  503: 'Too many logins at once',
}

export function authenticationRoutes(authentication: Authentication): Route[] {
  return [
    publicRoute('POST /authentication/login', {
      operationId: 'login',
      summary: 'Log in with email and password',
      body: { kind: 'json', schema: schemas.Credentials },
      answer: schemas.TokensAnswer,
      failures,
      async handle({ body, request }) {
        const tokens = await authentication.login({ ...body, address: addressOf(request) })
        return { token: { tokenType: 'bearer', ...tokens } }
      },
    }),
    publicRoute('POST /authentication/refresh', {
      operationId: 'refresh',
      summary: 'Get a new access token for a refresh token',
      body: { kind: 'json', schema: schemas.RefreshRequest },
      answer: schemas.TokensAnswer,
      failures: { 401: 'Invalid or expired refresh token' },
      async handle({ body: { refreshToken } }) {
        const accessToken = await authentication.refresh(refreshToken)
        return { token: { tokenType: 'bearer', accessToken, refreshToken } }
      },
    }),
    publicRoute('POST /authentication/token', {
      operationId: 'token',
      summary: 'Log in with the OAuth 2 password form',
      body: { kind: 'form', schema: schemas.PasswordGrant },
      answer: schemas.OAuthTokenAnswer,
      failures,
      async handle({ body: { username, password }, request }) {
        const credentials = { email: toEmail(username), password, address: addressOf(request) }
        const { accessToken } = await authentication.login(credentials)
        return { access_token: accessToken, token_type: 'bearer' }
      },
    }),
  ]
}

/** A name that is no address is nobody's. */
function toEmail(username: string): string {
  try {
    return parseEmail(username)
  } catch (error) {
    if (error instanceof ScalarError) throw new AppError('unauthenticated', 'Invalid credentials')
    throw error
  }
}

/** Of the client, or what a trusted proxy says of it. */
function addressOf({ ip }: Request): string {
  return ip ?? ''
}
