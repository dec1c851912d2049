import { mask } from '../core/secrets.ts'

const maskedMember = `"([\\w-]+)"(\\s*:\\s*)"\\*\\*\\*"`
const maskedField = `(^|&)([\\w-]+)=\\*\\*\\*`
const masked = new RegExp(`${maskedMember}|${maskedField}`, 'g')

/** A word of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A header as a word of a shell, with a variable in place of a masked value: `'x: '"$X"`. */
export function quoteHeader(name: string, value: string): string {
  if (!value.endsWith(mask)) return quote(`${name}: ${value}`)
  return `${quote(`${name}: ${value.slice(0, -mask.length)}`)}${reference(name)}`
}

/** A body as a word of a shell, with a variable in place of each masked member: `{"password":"'"$PASSWORD"'"}`. */
export function quoteBody(body: string): string {
  let word = ''
  let at = 0
  for (const match of body.matchAll(masked)) {
    const [text, member, colon, start, field] = match
    const before = member === undefined ? `${start}${field}=` : `"${member}"${colon}"`
    word += quote(body.slice(at, match.index) + before) + reference(member ?? field ?? '')
    at = match.index + text.length
    if (member !== undefined) at -= 1
  }
  return word + (at < body.length || word === '' ? quote(body.slice(at)) : '')
}

/** The variable that holds a secret: `accessToken` is in `"$ACCESS_TOKEN"`, and so is what `authorization` names. */
function reference(name: string): string {
  if (name.toLowerCase() === 'authorization') return '"$ACCESS_TOKEN"'
  const words = name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_')
  return `"$${words.toUpperCase()}"`
}
