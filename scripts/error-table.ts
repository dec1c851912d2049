// docs/errors.md: how each client tells a fault of its protocol in the codes of the lab, out of the tables that the
// clients use. Writes the file; with --check, says whether it is as the code has it (exit 1 where not).
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOfHttpStatus } from '../clients/src/core/http-status.ts'
import { codeOfStatusName } from '../clients/src/grpc/grpc-errors.ts'
import { alreadyExists } from '../clients/src/rest/failures.ts'
import { codeOfRpcError } from '../clients/src/shop/jsonrpc-client.ts'
import { codeOfClose } from '../clients/src/websocket/echo-errors.ts'
import { errorCodes } from '../contracts/errors/error-codes.ts'
import { historyErrors } from '../contracts/tcp-history/history-errors.ts'

const root = resolve(import.meta.dirname, '..')
const file = resolve(root, 'docs/errors.md')

/** What ends a call without a word of the server. */
const ownEnds: Readonly<Record<string, string>> = {
  cancelled: 'the signal of the call, or of the client',
  deadline_exceeded: '`timeoutMs`',
  unavailable: 'no connection, or one that was lost',
  protocol_error: 'an answer that is not of the contract',
}

/** A column of the table: what a protocol says, and how the cell of a code is made. */
interface Column {
  readonly head: string
  readonly cell: (code: string) => string
}

/** One for each family of clients; a protocol that is added has a row here. */
const columns: readonly Column[] = [
  {
    head: 'HTTP: REST, handshake of a WebSocket',
    // Its status says less than its text.
    cell: (code) =>
      code === 'already_exists'
        ? `\`${alreadyExists.status}\` "… ${alreadyExists.ending}"`
        : keysOf(codeOfHttpStatus, code),
  },
  { head: 'gRPC', cell: (code) => keysOf(codeOfStatusName, code) },
  { head: 'JSON-RPC `error.code`', cell: (code) => keysOf(codeOfRpcError, code) },
  { head: 'TCP `ERROR`', cell: (code) => keysOf(historyErrors, code) },
  { head: 'WebSocket close', cell: (code) => keysOf(codeOfClose, code) },
  { head: 'without an answer', cell: (code) => ownEnds[code] ?? '' },
]

/** The keys of a table that lead to a code, in the order of the table. */
function keysOf(table: Readonly<Record<string, string>>, code: string): string {
  const keys = Object.keys(table).filter((key) => table[key] === code)
  return keys.map((key) => `\`${key}\``).join(', ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const source = readFileSync(resolve(root, 'contracts/errors/error-codes.ts'), 'utf8')

/** What the source says of a code in the comment before it. */
function meaning(code: string): string | undefined {
  return new RegExp(`/\\*\\* (.*) \\*/\\s*'${code}'`).exec(source)?.[1]
}

const codes = [...errorCodes, 'protocol_error']
const table = [
  row(['code', ...columns.map(({ head }) => head)]),
  `|${'---|'.repeat(columns.length + 1)}`,
  ...codes.map((code) => row([`\`${code}\``, ...columns.map(({ cell }) => cell(code))])),
].join('\n')
const meanings = errorCodes.flatMap((code) => {
  const text = meaning(code)
  return text === undefined ? [] : [`- \`${code}\`: ${text}`]
})

const text = `# Errors of all protocols, one table

Every client throws \`LabError\` only. Its \`code\` is one of the first column and does not change; its \`status\` is what the
protocol itself said, as the other columns have it; \`violations\` names the wrong fields of an \`invalid_argument\`
(and, with \`protocol_error\`, those of the answer); \`requestId\` is the id under which the server logged the call, where
the protocol carries one: REST and gRPC. Written by scripts/error-table.ts out of the tables that the clients use.

${table}

Whatever a column does not name is a \`protocol_error\`.

${meanings.join('\n')}
`

const isCheck = process.argv.includes('--check')
if (!isCheck) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/errors.md is not what the code says: npm run generate\n')
  process.exitCode = 1
}
