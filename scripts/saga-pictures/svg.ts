/** Colours that are read on white and on black. */
export const colours = { line: '#6b7280', text: '#6b7280', service: '#4f46e5', undo: '#b91c1c' } as const

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}

export function label(
  x: number,
  y: number,
  text: string,
  options: { anchor?: string; fill?: string } = {},
): string {
  const { anchor = 'middle', fill = colours.text } = options
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${escapeText(text)}</text>`
}

export function box(x: number, y: number, width: number, height: number, text: string): string {
  const frame = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="none" stroke="${colours.service}"/>`
  return frame + label(x + width / 2, y + height / 2 + 5, text, { fill: colours.service })
}

export function arrow(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colours.line}" marker-end="url(#head)"/>`
}

/** A picture with a title for those who do not see it. */
export function picture(title: string, width: number, height: number, parts: readonly string[]): string {
  const head = `<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="${colours.line}"/></marker>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escapeText(title)}</title>`,
    `<defs>${head}</defs>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}
