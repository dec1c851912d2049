import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lab } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { createWirePrinter } from '@polyservice-lab/clients/wire'
import { coreServiceNames } from '@polyservice-lab/contracts/services'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Exit, runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'
import { connect } from './support/connect.ts'

const services = useLab(coreServiceNames)
const fakers = createFakers()
const account = fakers.user({ password: `it's "secret" $HOME`.replaceAll('"', '') })
const hasCurl = (await runToExit('sh', ['-c', 'command -v curl'])).code === 0

let lab: Lab
let printed = ''

beforeAll(async () => {
  lab = connect(services, {
    onWire: createWirePrinter((text) => {
      printed += text
    }),
  })
  return () => lab[Symbol.asyncDispose]()
})

/** What is printed while a call is made, without the secrets that it must not hold. */
async function printedBy(call: () => Promise<unknown>, secrets: readonly string[] = []): Promise<string> {
  printed = ''
  await call().catch(() => {})
  for (const secret of secrets) expect(printed).not.toContain(secret)
  return printed
}

/** The commands that were printed, the last of them run by a shell that knows the secrets. */
function run(text: string, env: Record<string, string>, directory = '.'): Promise<Exit> {
  const command = text.split('\n').findLast((line) => /^(curl|printf) /.test(line)) ?? ''
  return runToExit('sh', ['-c', `cd '${directory}' && ${command}`], { env })
}

describe.runIf(hasCurl)('a REST call is a curl command that runs when the secret is filled in', () => {
  test('JSON with a password', async () => {
    await lab.users.createUser(account)
    const text = await printedBy(() => lab.authentication.login(account), [account.password])
    expect(text).toContain(`--data-raw '{"email":"${account.email}","password":"'"$PASSWORD"'"}'`)
    expect(text).toContain('# HTTP/1.1 200 OK')
    const { stdout } = await run(text, { PASSWORD: account.password })
    expect(JSON.parse(stdout)).toMatchObject({ token: { tokenType: 'bearer' } })
  })

  test('a form with a password', async () => {
    const text = await printedBy(() => lab.authentication.createToken(account), [account.password])
    const { stdout } = await run(text, { PASSWORD: encodeURIComponent(account.password) })
    expect(JSON.parse(stdout)).toMatchObject({ token_type: 'bearer' })
  })

  test('an access token', async () => {
    const { accessToken } = await lab.authentication.login(account)
    const text = await printedBy(() => lab.as(account).users.getUserMe(), [accessToken, account.password])
    expect(text).toContain(`-H 'authorization: Bearer '"$ACCESS_TOKEN"`)
    const { stdout } = await run(text, { ACCESS_TOKEN: accessToken })
    expect(JSON.parse(stdout)).toMatchObject({ user: { email: account.email } })
  })

  test('quotes of every kind in a PATCH', async () => {
    const { accessToken } = await lab.authentication.login(account)
    const { id } = await lab.as(account).users.getUserMe()
    const firstName = `O'Neill "$(id)" \\ \n Ж`
    const text = await printedBy(() => lab.as(account).users.updateUser(id, { firstName }))
    await lab.as(account).users.updateUser(id, { firstName: 'other' })
    expect(JSON.parse((await run(text, { ACCESS_TOKEN: accessToken })).stdout).user.firstName).toBe(firstName)
  })

  test('an upload, with the file in the working directory', async () => {
    const { accessToken } = await lab.authentication.login(account)
    const file = { directory: 'a/b', filename: 'with "quotes" and ;.txt', bytes: 'bytes' }
    const text = await printedBy(() => lab.as(account).files.createFile(file))
    const directory = await mkdtemp(join(tmpdir(), 'lab-'))
    await writeFile(join(directory, file.filename), 'other bytes')
    const { stdout } = await run(text, { ACCESS_TOKEN: accessToken }, directory)
    const stored = JSON.parse(stdout).file
    expect(stored).toMatchObject({ directory: file.directory, filename: file.filename })
    expect(Buffer.from(await lab.as(account).files.downloadFile(stored)).toString()).toBe('other bytes')
  })
})

test('a gRPC call is a grpcurl command, printed when it has ended', async () => {
  const metadata = { authorization: 'Bearer abc.def', 'x-request-id': 'one' }
  const text = await printedBy(() => lab.catalogue.getCourse('no-such', { metadata }), ['abc.def'])
  const address = (await services.service('course-grpc').address()).port
  expect(text).toBe(
    `grpcurl -plaintext -H 'authorization: Bearer '"$ACCESS_TOKEN" -H 'x-request-id: one' ` +
      `-d '{"courseId":"no-such"}' 127.0.0.1:${address} courseservice.CourseService/GetCourse\n` +
      '# NOT_FOUND: there is no course with this id\n',
  )
})

test('a stream of requests is one command with all of them', async () => {
  const course = (courseId: string) => ({ courseId, title: "it's", description: '' })
  const text = await printedBy(() => lab.catalogue.importCourses([course('a'), course('b')]))
  expect(text).toContain(`-d '{"courseId":"a","title":"it'\\''s"}\n{"courseId":"b","title":"it'\\''s"}' `)
})

test('TCP and WebSocket are dumps in hex and text', async () => {
  const sent = await printedBy(() => lab.history.send('hello'))
  expect(sent).toMatch(/# tcp \d+ → hello\n000000 {2}68 65 6c 6c 6f +hello\n# tcp \d+ ← hello\n/)
  const echoed = await printedBy(() => lab.echo.echo('hello, this is a dump'))
  expect(echoed).toContain('000000  68 65 6c 6c 6f 2c 20 74  68 69 73 20 69 73 20 61  hello, this is a\n')
  expect(echoed).toContain('000010  20 64 75 6d 70 ')
})
