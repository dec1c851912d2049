import type { Rolldown } from 'tsdown'

/**
 * Types of a library that private declarations alone named: their import stays in the bundled declarations, and whoever
 * compiles against them would need the types of that library.
 */
export const unusedTypeImports: Rolldown.Plugin = {
  name: 'unused-type-imports',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || !chunk.fileName.endsWith('.d.ts')) continue
      const words = new Set(withoutComments(chunk.code.replace(typeImport, '')).match(/\w+/g))
      chunk.code = chunk.code.replace(typeImport, (line, name: string) => (words.has(name) ? line : ''))
    }
  },
}

const typeImport = /^import \{ (\w+) \} from .*;\n/gm

function withoutComments(code: string): string {
  return code.replace(/\/\*.*?\*\//gs, '')
}
