export {
  type Course,
  type CourseRefusal,
  CourseSchema,
  CourseService,
  type ImportCoursesResponse,
  type StudyRequest,
  type StudyResponse,
} from '../gen/course_service_pb.ts'
export {
  BadRequestSchema,
  ErrorInfoSchema,
  Health,
  HealthCheckResponse_ServingStatus,
  RequestInfoSchema,
  ResourceInfoSchema,
  StatusSchema,
} from '../grpc/index.ts'
