import { readdir, readFile } from 'node:fs/promises'

/** What a process has used; undefined where the system does not tell (no Linux). */
export interface Usage {
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  /** How long its main thread was ready to run while something else had the core. */
  readonly delaySeconds: number
  readonly rssBytes: number
  readonly rssPeakBytes: number
}

/**
 * Reads the processor time to the nanosecond: /proc/<pid>/stat counts in hundredths of a second, too coarse for
 * rounds of less than one (Linux, Documentation/scheduler/sched-stats.rst and proc(5)).
 */
export async function readUsage(pid: number): Promise<Usage | undefined> {
  try {
    const [threads, status] = await Promise.all([
      readdir(`/proc/${pid}/task`),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ])
    const times = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
    )
    const kibibytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN)
    const nanoseconds = (line: string, field: number) => Number(line.split(' ')[field] ?? 0)
    const main = times[threads.indexOf(`${pid}`)] ?? ''
    return {
      cpuSeconds: times.reduce((sum, line) => sum + nanoseconds(line, 0) / 1e9, 0),
      delaySeconds: nanoseconds(main, 1) / 1e9,
      rssBytes: kibibytes('VmRSS') * 1024,
      rssPeakBytes: kibibytes('VmHWM') * 1024,
    }
  } catch {
    return undefined
  }
}

/** Processor time of this process and of the load tools that it has run to their end, in seconds. */
export async function readLoadCpuSeconds(): Promise<number> {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1e6
  try {
    const stat = await readFile('/proc/self/stat', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // cutime and cstime, in ticks of a hundredth of a second (proc(5): fields 16 and 17).
    return own + (Number(fields[13]) + Number(fields[14])) / 100
  } catch {
    return own
  }
}
