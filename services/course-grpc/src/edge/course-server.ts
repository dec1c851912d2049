import { readFile } from 'node:fs/promises'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { createGrpcServer, type GrpcServer, serveMethods } from '@polyservice-lab/service-kit/grpc'
import type { Config, TlsFiles } from '../config.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import { courseHandlers } from './course-service.ts'
import { toWire } from './errors.ts'

/**
 * The catalogue as courseservice.CourseService.
 * @throws Error naming the TLS file that cannot be read
 */
export async function createCourseServer(
  catalogue: Catalogue,
  config: Config,
  deps: ServiceDeps,
): Promise<GrpcServer> {
  const routes = serveMethods(CourseService, courseHandlers(catalogue))
  return createGrpcServer({ routes, toWire, limits: config, tls: await readTls(config.tls) }, deps)
}

async function readTls(files: TlsFiles | undefined) {
  if (files === undefined) return undefined
  const [cert, key, ca] = await Promise.all([
    readFile(files.certificate),
    readFile(files.key),
    files.clientCa === undefined ? undefined : readFile(files.clientCa),
  ])
  return ca === undefined ? { cert, key } : { cert, key, ca }
}
