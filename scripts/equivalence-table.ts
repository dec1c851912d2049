// docs/equivalence.md: the operations that come to the same in every style of the shop, out of the table that
// tests/styles/equivalence.test.ts runs. Writes the file; with --check, says whether it is as the table has it (exit 1 where not).
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { services } from '../contracts/services.ts'
import { type Operation, operations, outcomeIn, styleNames, styles } from '../tests/styles/operations.ts'

const file = resolve(import.meta.dirname, '../docs/equivalence.md')

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const heads = styleNames.map((style) => services[styles[style]].protocol)
const notes: string[] = []

/** ✓ where the outcome is that of all styles; another outcome in words. */
function cells(operation: Operation): string[] {
  return styleNames.map((style) => {
    const outcome = outcomeIn(style, operation)
    return outcome === operation.outcome ? '✓' : `${code(outcome)} ${noteOf(operation.why ?? '')}`
  })
}

function noteOf(why: string): string {
  if (!notes.includes(why)) notes.push(why)
  return `(${notes.indexOf(why) + 1})`
}

function code(outcome: string): string {
  return outcome === 'ok' ? 'ok' : `\`${outcome}\``
}

const tables = Object.entries(operations).map(([group, rows]) =>
  [
    `## To ${group}\n`,
    row(['operation', 'comes to', ...heads]),
    `|${'---|'.repeat(heads.length + 2)}`,
    ...rows.map((operation) => row([operation.name, code(operation.outcome), ...cells(operation)])),
  ].join('\n'),
)
const count = Object.values(operations).flat().length

const text = `# One shop in ${styleNames.length} styles: what is the same

${count} operations, each with the same values in each style, through the one interface of the clients (\`ShopClient\`). \`ok\` means the same entity in every style, member by
member; an error means the same code, the same reason, and violations of the same fields in the same order. ✓ says that a style comes to what
the second column says; where a contract says otherwise, its outcome stands there with the reason below. tests/styles/equivalence.test.ts runs every row of this table; scripts/equivalence-table.ts writes it.

The same test also

- lets each of the ${styleNames.length} styles write a user, an order and a cancelled order, and each of the ${styleNames.length} read them: ${styleNames.length ** 2} pairs, of which each reads what the writer was told;
- lets each style repeat an order of each other one by its idempotency key: one order, ${styleNames.length ** 2} pairs;
- makes sequences of up to 30 steps, each step in a style chosen at random, and holds every answer against a model of the shop (fast-check; a failure prints its seed).

${tables.join('\n\n')}

${notes.map((note, i) => `(${i + 1}) ${note}`).join('  \n')}
`

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/equivalence.md is not what the table says: npm run generate\n')
  process.exitCode = 1
}
