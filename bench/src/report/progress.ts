/** Tells on stderr what is being measured: one line that changes on a terminal, one line per case elsewhere. */
export interface Progress {
  begin(number: number, of: number, name: string): void
  say(text: string): void
  end(): void
}

export function createProgress(stream: NodeJS.WriteStream): Progress {
  let head = ''
  let begun = 0
  const line = (text: string) => stream.write(`\r\u001b[K${text}`)
  return {
    begin(number, of, name) {
      head = `[${String(number).padStart(`${of}`.length)}/${of}] ${name}`
      begun = performance.now()
      if (stream.isTTY) line(head)
    },
    say(text) {
      if (stream.isTTY) line(`${head} · ${text}`)
    },
    end() {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      stream.write(stream.isTTY ? `\r\u001b[K${head} (${seconds} s)\n` : `${head} (${seconds} s)\n`)
    },
  }
}
