import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(root, file)))
const documents = files.filter((file) => file.endsWith('.md'))

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

test('the map of the README has every folder of the repository', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]))
  const [, map = ''] = read('README.md').split('\n## What is where\n')
  const mapped = [...(map.split('\n## ')[0] ?? '').matchAll(/^\| \[([^\]]+)\/\]/gm)].map(
    ([, folder]) => folder,
  )
  expect(mapped.toSorted()).toEqual([...folders].toSorted())
})

describe.each(documents)('%s', (document) => {
  const text = read(document)

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), decodeURI(link))))
    expect(broken).toEqual([])
  })

  test('names verbs of make and scripts of npm that there are', () => {
    const verbs = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, verb]) => verb))
    const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts))
    const make = [...text.matchAll(/(?:^ {4}|`)(?:\w+=\S+ )*make ([a-z][a-z-]*)/gm)].map(([, verb]) => verb)
    const npm = [...text.matchAll(/(?:^ {4}|`)npm run ([a-z:]+)/gm)].map(([, script]) => script)
    expect(make.filter((verb) => !verbs.has(verb))).toEqual([])
    expect(npm.filter((script) => !scripts.has(script ?? ''))).toEqual([])
  })
})
