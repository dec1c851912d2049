import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyserviceLab, type StartedPolyserviceLab } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { examples, withPorts } from './examples.ts'
import { createOutsideProject, type OutsideProject, packageNames, tarballOf } from './outside-project.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 })

let lab: StartedPolyserviceLab
let project: OutsideProject
beforeAll(async () => {
  lab = await new PolyserviceLab().start()
  project = await createOutsideProject()
})
afterAll(async () => {
  await Promise.all([project?.[Symbol.asyncDispose](), lab?.stop()])
})

describe.each(packageNames)('%s', (name) => {
  test('publint has nothing to say', () => project.run(name, 'publint', `packed/${name}`, '--strict'))

  test('the types are not wrong', () =>
    project.run(name, 'attw', `packed/${tarballOf(name)}`, '--profile', 'esm-only'))
})

describe('the examples of the READMEs', () => {
  beforeAll(async () => {
    const directory = join(project.directory, 'examples')
    await mkdir(directory)
    for (const { name, code } of examples)
      await writeFile(join(directory, `${name}.ts`), withPorts(code, portsOf(lab)))
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(compiler))
    await project.run('clients', 'tsc', '--project', 'examples')
  })

  test.each(['authentication', 'users', 'files', 'courses', 'exercises', 'catalogue', 'history', 'echo'])(
    'one is for %s',
    (client) => {
      expect(examples.map(({ name }) => name)).toContain(`clients-${client}`)
    },
  )

  test.each(examples)('$name', (example) =>
    project.run(example.package, 'node', `examples/${example.name}.js`),
  )
})

test('the example project', async () => {
  await project.run('testcontainers', 'tsc', '--project', '.')
  await project.run('testcontainers', 'vitest', 'run')
})

/** Strict, and with the types of the packages themselves looked at. */
const compiler = {
  extends: '../tsconfig.json',
  compilerOptions: { noEmit: false, skipLibCheck: false },
  include: ['*.ts'],
}

function portsOf({ usersApi, courseGrpc, tcpHistory, wsEcho }: StartedPolyserviceLab) {
  return {
    usersApi: usersApi.address().port,
    courseGrpc: courseGrpc.address().port,
    tcpHistory: tcpHistory.address().port,
    wsEcho: wsEcho.address().port,
  }
}
