import { defineConfig, type EnvReader } from '@polyservice-lab/service-kit'
import { readGrpcLimits } from '@polyservice-lab/service-kit/grpc'

export type Config = ReturnType<typeof loadConfig>

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  /** Where it is set, clients must show a certificate that it signed. */
  readonly clientCa: string | undefined
}

const mebibyte = 1_048_576

export const loadConfig = defineConfig('course-grpc', (env) => ({
  ...readGrpcLimits(env),
  importBytesMax: env.integer('IMPORT_BYTES_MAX', {
    default: 1024 * mebibyte,
    min: 1,
    about: 'what one ImportCourses may set aside on disk',
  }),
  importsMax: env.integer('IMPORTS_MAX', {
    default: 4,
    min: 1,
    max: 1_000,
    about: 'how many ImportCourses may run at a time',
  }),
  tls: readTls(env),
  dataDir: env.string('DATA_DIR', {
    default: '/data',
    about: 'the directory of the database and of imports that are on their way',
  }),
}))

function readTls(env: EnvReader): TlsFiles | undefined {
  const certificate = env.optional('TLS_CERT_FILE', {
    about: 'certificate chain in PEM, a path in the container; with TLS_KEY_FILE, the port speaks TLS',
  })
  const key = env.optional('TLS_KEY_FILE', { about: 'private key in PEM, a path in the container' })
  const clientCa = env.optional('TLS_CLIENT_CA_FILE', {
    about: 'authorities in PEM: clients must show a certificate that one of them signed',
  })
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientCa }
  if (certificate !== undefined)
    env.fault('TLS_KEY_FILE', 'must be set together with TLS_CERT_FILE', undefined)
  if (key !== undefined) env.fault('TLS_CERT_FILE', 'must be set together with TLS_KEY_FILE', undefined)
  else if (clientCa !== undefined && certificate === undefined)
    env.fault('TLS_CLIENT_CA_FILE', 'needs TLS_CERT_FILE and TLS_KEY_FILE', undefined)
  return undefined
}
