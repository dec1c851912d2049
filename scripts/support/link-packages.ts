import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const scope = '@polyservice-lab'
const workspaces = '{*,services/*,scripts/*}'

/** Gives a tree beside this repository the libraries that are installed here, and its own packages by their names. */
export function linkPackages(tree: string): void {
  mkdirSync(join(tree, 'node_modules', scope), { recursive: true })
  for (const library of readdirSync(join(root, 'node_modules')))
    if (library !== scope)
      symlinkSync(join(root, 'node_modules', library), join(tree, 'node_modules', library))
  for (const libraries of globSync(`${workspaces}/node_modules`, { cwd: root }))
    if (existsSync(join(tree, dirname(libraries)))) symlinkSync(join(root, libraries), join(tree, libraries))
  for (const manifest of globSync(`${workspaces}/package.json`, { cwd: tree })) {
    const { name } = JSON.parse(readFileSync(join(tree, manifest), 'utf8'))
    symlinkSync(join(tree, dirname(manifest)), join(tree, 'node_modules', name))
  }
}
