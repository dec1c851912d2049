/** What stands in place of a secret. */
export const mask = '***'

const secretName = /authorization|cookie|password|secret|api-?key|token$/i
const jsonMember = /"([\w-]*(?:password|secret|api-?key|token))"(\s*:\s*)"(?:[^"\\]|\\.)*"/gi
/** What an answer of 422 quotes of a member that is wrong. */
const quotedInput =
  /("loc":\[[^\]]*"[\w-]*(?:password|secret|token)"\],"msg":"(?:[^"\\]|\\.)*","input":)"(?:[^"\\]|\\.)*"/gi
const xmlElement = /(<((?:\w+:)?[\w-]*(?:password|secret|token))(?:\s[^>]*)?>)[^<]+(?=<\/\2>)/gi
const formField = /(^|&)([\w-]*(?:password|secret|api-?key|token))=[^&]*/gi

/** The value of a header or of metadata, masked where the name says that it is a secret; a scheme stays. */
export function maskValue(name: string, value: string): string {
  return secretName.test(name) ? value.replace(/[^\s]+$/, mask) : value
}

/** A body with the values of its secret members masked: JSON, XML, or a form that is `application/x-www-form-urlencoded`. */
export function maskBody(body: string): string {
  return body
    .replace(jsonMember, `"$1"$2"${mask}"`)
    .replace(quotedInput, `$1"${mask}"`)
    .replace(xmlElement, `$1${mask}`)
    .replace(formField, `$1$2=${mask}`)
}
