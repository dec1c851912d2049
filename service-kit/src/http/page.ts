import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Request, Response } from 'express'

/** A page for people: what a service adds to the shell that all pages of the lab have. */
export interface PageParts {
  /**
   * HTML: title, style, header, main and script, each once. An element with the attribute `data-text` holds one English
   * text that has a translation; the script has `text(english)` for its own texts, and `languagechange` on the document.
   */
  readonly html: string
  /** The Russian text of every English one. */
  readonly russian: Readonly<Record<string, string>>
  /** Whether the page may load scripts of its own server. Default: it loads nothing. */
  readonly loadsScripts?: boolean
  /** Sources beside its own server that the page may ask (Content Security Policy 3, host-source). Default: none. */
  readonly connectsTo?: readonly string[]
}

const languages = ['en', 'ru'] as const
type Language = (typeof languages)[number]

/**
 * Makes the answer to a request for a page: one HTML file in the language that the visitor chose before (a cookie that
 * all services of a host share), or else prefers. Its policy allows the scripts and styles that stand in it, where it is
 * said scripts of its own server, and nothing else (Content Security Policy 3).
 */
export function createPage({
  html,
  russian,
  loadsScripts = false,
  connectsTo = [],
}: PageParts): (request: Request, response: Response) => void {
  const shell = readFileSync(new URL('page-shell.html', import.meta.url), 'utf8')
  const part = (name: string) => new RegExp(`<${name}[ >].*?</${name}>`, 's').exec(html)?.[0] ?? ''
  const dictionary = JSON.stringify(russian).replaceAll('<', '\\u003c')
  const english = shell
    .replace('const russian = {}', () => `const russian = ${dictionary}`)
    .replace('<!-- head -->', () => part('title') + part('style'))
    .replace('<!-- body -->', () => part('header') + part('main'))
    .replace('<!-- script -->', () => part('script'))
  const pages: Record<Language, Buffer> = {
    en: Buffer.from(inLanguage(english, 'en', russian)),
    ru: Buffer.from(inLanguage(english, 'ru', russian)),
  }
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policyOf(english, loadsScripts, connectsTo),
    'Cache-Control': 'no-cache',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept, Accept-Language, Cookie',
  }
  return (request, response) => {
    const page = pages[languageOf(request)]
    response.writeHead(200, { ...headers, 'Content-Length': page.length }).end(page)
  }
}

function languageOf(request: Request): Language {
  const chosen = /(?:^|;\s*)language=(en|ru)(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  return (chosen ?? (request.acceptsLanguages(...languages) || 'en')) as Language
}

/** @throws Error for a text without a translation */
function inLanguage(html: string, language: Language, russian: PageParts['russian']): string {
  const translated = html.replace(/ data-text>([^<]+)</g, (_whole, english: string) => {
    const text = russian[english]
    if (text === undefined) throw new Error(`"${english}" has no translation`)
    return ` data-text="${english}">${language === 'ru' ? text : english}<`
  })
  return translated.replace('<html lang="en">', `<html lang="${language}">`)
}

function policyOf(html: string, loadsScripts: boolean, connectsTo: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src ${loadsScripts ? "'self' " : ''}${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    ["connect-src 'self'", ...connectsTo].join(' '),
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const contents = html.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))
  return Array.from(contents, ([, content = '']) => createHash('sha256').update(content).digest('base64'))
    .map((hash) => `'sha256-${hash}'`)
    .join(' ')
}
