/**
 * Imports what a start of the service imports, for the compile cache of its image.
 *   NODE_COMPILE_CACHE=DIR node compile.ts SERVICE_DIR
 */
const [directory] = process.argv.slice(2)
for (const module of ['service', 'config']) await import(`${directory}/src/${module}.ts`)
await import('../src/index.ts')
process.exit(0)
