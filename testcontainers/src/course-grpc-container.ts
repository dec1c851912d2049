import { type CourseClient, type CourseClientOptions, createCourseClient } from '@polyservice-lab/clients'
import { ServiceContainer } from './service-container.ts'
import { StartedServiceContainer } from './started-service-container.ts'

/** gRPC: courses, all four kinds of calls. */
export class CourseGrpcContainer extends ServiceContainer<StartedCourseGrpcContainer> {
  constructor(image?: string) {
    super('course-grpc', StartedCourseGrpcContainer, image)
  }
}

export class StartedCourseGrpcContainer extends StartedServiceContainer {
  override client(options: Omit<CourseClientOptions, 'host' | 'port'> = {}): CourseClient {
    return createCourseClient({ ...options, ...this.address() })
  }
}
