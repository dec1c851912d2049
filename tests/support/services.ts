/** The services of the lab, as docker-compose.yml names them, with the ports inside their containers. */
export const services = {
  'course-grpc': {
    port: 50_051,
    portVariable: 'COURSE_GRPC_PORT',
    adminPortVariable: 'COURSE_GRPC_ADMIN_PORT',
  },
  'tcp-history': {
    port: 12_345,
    portVariable: 'TCP_HISTORY_PORT',
    adminPortVariable: 'TCP_HISTORY_ADMIN_PORT',
  },
  'ws-echo': { port: 8765, portVariable: 'WS_ECHO_PORT', adminPortVariable: 'WS_ECHO_ADMIN_PORT' },
  'users-api': { port: 8001, portVariable: 'USERS_API_PORT', adminPortVariable: 'USERS_API_ADMIN_PORT' },
} as const

export const adminPort = 9090

export type ServiceName = keyof typeof services

export const serviceNames = Object.keys(services) as ServiceName[]
