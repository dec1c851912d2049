import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colours where standard output shows them (NO_COLOR and pipes are respected). */
const painter = (style: Style) => (text: string) => styleText(style, text, { stream: process.stdout })

export const paint = {
  title: painter(['bold', 'cyan']),
  good: painter('green'),
  warn: painter('yellow'),
  bad: painter('red'),
  dim: painter('dim'),
}
