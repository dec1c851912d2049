// Holds the rules of import-rules.ts against every TypeScript file of the repository. Exit 1 names what breaks them.
import { globSync, readFileSync } from 'node:fs'
import { importFaults } from './import-rules.ts'

const files = globSync('{contracts,service-kit,services,clients,testcontainers,experiments,tests}/**/*.ts', {
  exclude: ['**/node_modules/**'],
}).map((file) => file.replaceAll('\\', '/'))
const faults = files.flatMap((file) => importFaults(file, readFileSync(file, 'utf8')))
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.stdout.write(`import rules: ${files.length} files, ${faults.length} faults\n`)
process.exitCode = faults.length > 0 ? 1 : 0
