/** A service as `docker compose config --format json` has it. */
export interface ComposeService {
  readonly image: string
  readonly command?: readonly string[] | null
  readonly entrypoint?: readonly string[] | null
  readonly environment?: Readonly<Record<string, string | null>>
  readonly user?: string
  readonly hostname?: string
  readonly init?: boolean
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly healthcheck?: unknown
  readonly logging?: unknown
  readonly stop_grace_period?: string
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly ports?: readonly { readonly target: number; readonly published: string }[]
  readonly volumes?: readonly Mount[]
}

interface Mount {
  readonly type: 'bind' | 'volume'
  readonly source: string
  readonly target: string
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
}

export interface StackOptions {
  /** Replicas of each service that keeps nothing itself. */
  readonly replicas: number
  /** Whether a service of the lab keeps something in a volume: such a service has one replica. */
  readonly keepsState: (name: string) => boolean
  /** Whether the lab builds the image of a service. */
  readonly isOfLab: (name: string) => boolean
  /** The files below a path: Swarm has no mounts of the machine, and a file is a config. */
  readonly filesBelow: (path: string) => readonly string[]
}

/** The one service with ports outside: Swarm opens a port on all addresses of every node, whatever the file says. */
const gateway = 'gateway'
/** Runs once and ends. */
const oneShot = 'databases'

/** Swarm gives a file system in memory no owner. */
const anyoneMayWrite = 0o1777

/** A stack for Docker Swarm, of a compose file. Keys that Swarm does not take are left out or said its way. */
export function stackOf({ services }: ComposeFile, options: StackOptions) {
  const configs: Record<string, { file: string }> = {}
  const volumes: Record<string, object> = {}
  const entries = Object.entries(services).map(([name, service]) => {
    const { files, kept } = split(service.volumes ?? [], options.filesBelow)
    for (const { source, file } of files) configs[source] = { file }
    for (const { source } of kept) volumes[source] = {}
    return [name, describe(name, service, files, kept, options)]
  })
  return {
    services: Object.fromEntries(entries),
    configs,
    volumes,
    networks: { default: { driver: 'overlay' } },
  }
}

interface File {
  readonly source: string
  readonly target: string
  readonly file: string
}

function split(mounts: readonly Mount[], filesBelow: StackOptions['filesBelow']) {
  const files = mounts
    .filter(({ type }) => type === 'bind')
    .flatMap(({ source, target }) =>
      filesBelow(source).map((file): File => {
        const rest = file.slice(source.length)
        return { source: configName(file), target: target + rest, file }
      }),
    )
  return { files, kept: mounts.filter(({ type }) => type === 'volume') }
}

/** A file of `backing/` by its path: `grafana-dashboards-lab-json`. */
function configName(file: string): string {
  return file.replace(/^.*\/backing\//, '').replace(/[^a-z0-9]+/gi, '-')
}

function describe(
  name: string,
  service: ComposeService,
  files: readonly File[],
  kept: readonly Mount[],
  options: StackOptions,
) {
  const { command, entrypoint, mem_limit, pids_limit, ports, tmpfs = [], environment, ...rest } = service
  const taken = [
    'image',
    'user',
    'hostname',
    'init',
    'read_only',
    'cap_drop',
    'security_opt',
    'healthcheck',
    'logging',
    'stop_grace_period',
  ]
  const isStateless = options.isOfLab(name) && !options.keepsState(name)
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => taken.includes(key))),
    ...(command && { command }),
    ...(entrypoint && { entrypoint }),
    ...(environment && { environment: withoutUnset(environment) }),
    ...(files.length > 0 && {
      configs: files.map(({ source, target, file }) => ({
        source,
        target,
        mode: file.endsWith('.sh') ? 0o555 : 0o444,
      })),
    }),
    volumes: [
      ...kept.map(({ source, target }) => `${source}:${target}`),
      ...tmpfs.map((mount) => ({
        type: 'tmpfs',
        target: mount.replace(/:.*/, ''),
        tmpfs: { mode: anyoneMayWrite },
      })),
    ],
    ...(name === gateway && {
      ports: ports?.map(({ target, published }) => ({ target, published: Number(published), mode: 'host' })),
    }),
    deploy: {
      // Names lead to the replicas themselves: the gateway asks again for every request, and takes turns.
      endpoint_mode: 'dnsrr',
      ...(name === oneShot
        ? { restart_policy: { condition: 'on-failure' } }
        : {
            replicas: isStateless ? options.replicas : 1,
            update_config: {
              parallelism: 1,
              delay: '2s',
              failure_action: 'rollback',
              // Two of what keeps a volume would fight for it, and two gateways for the ports of the node.
              order: isStateless ? 'start-first' : 'stop-first',
            },
          }),
      resources: { limits: { memory: `${Math.round(Number(mem_limit) / 1_048_576)}M`, pids: pids_limit } },
    },
  }
}

function withoutUnset(environment: Readonly<Record<string, string | null>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== null && value !== ''))
}
