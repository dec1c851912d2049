import { existsSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { runToExit } from '../support/docker.ts'
import { useLab } from '../support/lab.ts'

// A message of several reads may take its time on the way.
const lab = useLab(['tcp-history'], { MESSAGE_GAP_MS: '2000' })
const service = () => lab.service('tcp-history')

const python = '/usr/bin/python3'
const hasPython = existsSync(python)
const netcat = ['/bin/nc', '/usr/bin/nc'].find((path) => existsSync(path))

beforeEach(() => service().reset())

async function runPython(program: string): Promise<string> {
  const { host, port } = await service().address()
  const { code, stdout, stderr } = await runToExit(python, ['-c', program, host, String(port)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function runNetcat(input: string, ...options: string[]): Promise<string> {
  const { host, port } = await service().address()
  return (await runToExit(netcat ?? '', [...options, host, String(port)], { input })).stdout
}

const connect = `
import socket, sys
def ask(message):
    s = socket.socket()
    s.settimeout(10)
    s.connect((sys.argv[1], int(sys.argv[2])))
    s.sendall(message)
    answer = b''
    while True:
        part = s.recv(1024)
        if not part: break
        answer += part
    s.close()
    return answer
`

test.runIf(hasPython)(
  'python: sends without a delimiter, keeps its side open and reads to the end',
  async () => {
    const program = `${connect}
print([ask(m.encode()) for m in ('one', 'zwei', 'три')])`
    expect(await runPython(program)).toBe(
      `[b'one', b'one\\nzwei', b'one\\nzwei\\n\\xd1\\x82\\xd1\\x80\\xd0\\xb8']\n`,
    )
  },
)

test.runIf(hasPython)('python: one recv(1024) is enough for a short history', async () => {
  const program = `
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
s.send(b'hello')
print(s.recv(1024))`
  expect(await runPython(program)).toBe(`b'hello'\n`)
})

test.runIf(hasPython)('python: a message of several reads ends with the pause', async () => {
  expect(await runPython(`${connect}\nprint(ask(b'x' * 30000) == b'x' * 30000)`)).toBe('True\n')
})

test.runIf(hasPython)('python: a client that sends far too much reads why', async () => {
  expect(await runPython(`${connect}\nprint(ask(b'x' * 20_000_000))`)).toMatch(/^b'ERROR too_long: .+\\n'\n$/)
})

test.runIf(hasPython)('python: a client that sends and closes without reading counts', async () => {
  const program = `${connect}
for i in range(20):
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
    s.sendall(b'left %d' % i)
    s.close()
import time
while len(ask(b'?').split(b'left')) < 21: time.sleep(0.01)
print(sorted(m for m in ask(b'?').split(b'\\n') if m != b'?') == sorted(b'left %d' % i for i in range(20)))`
  expect(await runPython(program)).toBe('True\n')
})

test.runIf(hasPython)('python: speaks framed mode with struct alone', async () => {
  const program = `
import socket, struct, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
f = s.makefile('rb')
def ask(kind, payload):
    s.sendall(struct.pack('>IB', len(payload) + 1, kind) + payload)
def answer():
    length, kind = struct.unpack('>IB', f.read(5))
    return hex(kind), f.read(length - 1).hex()
s.sendall(b'HISTORY/1\\n')
ask(1, b'one'); ask(1, b'two'); ask(2, struct.pack('>QI', 1, 0))
print(*[answer() for _ in range(4)], sep='\\n')`
  expect((await runPython(program)).split('\n')).toEqual([
    "('0x81', '0000000000000001')",
    "('0x81', '0000000000000002')",
    "('0x82', '000000000000000100000002000000036f6e650000000374776f')",
    "('0x83', '0000000000000002')",
    '',
  ])
})

test.runIf(netcat)('nc: a line as a person types it', async () => {
  expect(await runNetcat('one\n')).toBe('one')
  expect(await runNetcat('two\n')).toBe('one\ntwo')
})

test.runIf(netcat)('nc: a line as telnet ends it', async () => {
  expect(await runNetcat('one\r\n')).toBe('one')
})

test.runIf(netcat)('nc -N: half-closes after its input', async () => {
  expect(await runNetcat('no line end', '-N')).toBe('no line end')
})

test.runIf(netcat)('nc: an empty line is refused in words', async () => {
  expect(await runNetcat('\n')).toMatch(/^ERROR empty: /)
})
