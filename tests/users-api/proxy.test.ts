import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createPerson } from './support/people.ts'
import { sendRaw } from './support/raw.ts'

const forwarded = 'X-Forwarded-Proto: https\r\nX-Forwarded-Host: lab.example'

function head(path: string, headers: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: inside:8001\r\n${headers}\r\nConnection: close\r\n\r\n`
}

describe('behind a proxy that is trusted', () => {
  const lab = useLab(['users-api'], { TRUST_PROXY: 'on', LOGIN_RATE: '1' })

  test('a redirect leads to where the client is', async () => {
    const answer = await sendRaw(lab.service('users-api'), head('/docs/', forwarded))
    expect(answer).toContain('Location: https://lab.example/docs\r\n')
    expect(await sendRaw(lab.service('users-api'), head('/docs/', 'A: b'))).toContain(
      'Location: http://inside:8001/docs\r\n',
    )
  })

  test("a file's URL does too", async () => {
    const person = await createPerson(lab.service('users-api'))
    const file = await person.files.createFile({ directory: 'proxy', filename: 'a', bytes: 'a' })
    const headers = `${forwarded}\r\nAuthorization: Bearer ${person.tokens.accessToken}`
    const answer = await sendRaw(lab.service('users-api'), head(`/api/v1/files/${file.id}`, headers))
    expect(answer).toContain('"url":"https://lab.example/static/proxy/a"')
  })

  test('a forwarded host that is none is refused', async () => {
    const answer = await sendRaw(lab.service('users-api'), head('/docs/', 'X-Forwarded-Host: a"b'))
    expect(answer).toContain('HTTP/1.1 400')
  })

  test('failed logins count for the client, not for the proxy', async () => {
    const login = (client: string) => {
      const body = JSON.stringify({ email: 'nobody@example.com', password: 'x' })
      return sendRaw(
        lab.service('users-api'),
        'POST /api/v1/authentication/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
          `X-Forwarded-For: ${client}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    }
    expect(await login('192.0.2.1')).toContain('HTTP/1.1 401')
    expect(await login('192.0.2.1')).toContain('HTTP/1.1 429')
    expect(await login('192.0.2.2')).toContain('HTTP/1.1 401')
  })
})

describe('without TRUST_PROXY', () => {
  const lab = useLab(['users-api'])

  test('what a client says of a proxy is not believed', async () => {
    const answer = await sendRaw(lab.service('users-api'), head('/docs/', forwarded))
    expect(answer).toContain('Location: http://inside:8001/docs\r\n')
  })
})
