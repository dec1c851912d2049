// HEALTHCHECK of every image: asks /readyz as the server in the same environment answers it. Exit 0 is healthy.
import { get } from 'node:http'

const host = process.env['HOST'] || '127.0.0.1'
const port = process.env['ADMIN_PORT'] || '9090'
get({ host: host === '0.0.0.0' ? '127.0.0.1' : host, port, path: '/readyz', timeout: 2_000 }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1
  response.pipe(process.stdout)
})
  .on('timeout', () => process.exit(1))
  .on('error', (error) => {
    process.stdout.write(`${error.message}\n`)
    process.exit(1)
  })
