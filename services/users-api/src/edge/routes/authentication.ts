import type { IncomingMessage } from 'node:http'
import { AppError } from '@polyservice-lab/service-kit'
import type { Authentication } from '../../domain/authentication.ts'
import { jsonBody, publicRoute, type Route } from '../route.ts'
import { EmailSyntaxError } from '../validation/email/characters.ts'
import { normalizeEmail } from '../validation/email/email.ts'
import { schemas } from '../validation/schemas.ts'

const failures = {
  401: 'Invalid credentials',
  429: 'Too many failed logins; Retry-After tells the seconds to wait',
  503: 'Too many logins at once',
}

export function authenticationRoutes(authentication: Authentication): Route[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/authentication/login',
      operationId: 'login',
      tag: 'authentication',
      summary: 'Log in with email and password',
      body: jsonBody(schemas.Credentials),
      answer: schemas.TokensAnswer,
      failures,
      async handle({ body, request }) {
        const tokens = await authentication.login({ ...body, address: addressOf(request) })
        return { token: { tokenType: 'bearer', ...tokens } }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/authentication/refresh',
      operationId: 'refresh',
      tag: 'authentication',
      summary: 'Get a new access token for a refresh token',
      body: jsonBody(schemas.RefreshRequest),
      answer: schemas.TokensAnswer,
      failures: { 401: 'Invalid or expired refresh token' },
      async handle({ body: { refreshToken } }) {
        const accessToken = await authentication.refresh(refreshToken)
        return { token: { tokenType: 'bearer', accessToken, refreshToken } }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/authentication/token',
      operationId: 'token',
      tag: 'authentication',
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
    return normalizeEmail(username)
  } catch (error) {
    if (error instanceof EmailSyntaxError) throw new AppError('unauthenticated', 'Invalid credentials')
    throw error
  }
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? ''
}
