// Writes what follows from the registry of services (contracts/services.ts) and from the reader of each service:
// the table of `make`, the blocks of docker-compose.yml, .env.example, tables of READMEs, labels of Dockerfiles, what
// the gateway and Prometheus look for.
//   main.ts            writes
//   main.ts --check    says what is not as it would be written (exit 1)
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { composeFile } from './compose.ts'
import { envExample } from './env-example.ts'
import { readLab } from './lab.ts'
import { dockerfile, repositoryReadme, serviceReadme, servicesTable } from './texts.ts'
import { gatewayConfig, gatewayPage, prometheusConfig } from './watch.ts'

const root = resolve(import.meta.dirname, '../..')
const isCheck = process.argv.includes('--check')

const lab = await readLab()
const compose = composeFile(read('docker-compose.yml'), lab)
put('docker-compose.yml', compose)
put('scripts/services.tsv', servicesTable(lab))
put('.env.example', envExample(lab, compose))
put('README.md', repositoryReadme(read('README.md'), lab))
put('backing/nginx.conf', gatewayConfig(read('backing/nginx.conf'), lab))
put('backing/gateway.html', gatewayPage(lab))
put('backing/prometheus.yml', prometheusConfig(read('backing/prometheus.yml'), lab))
for (const service of lab) {
  const folder = `services/${service.name}`
  put(`${folder}/README.md`, serviceReadme(read(`${folder}/README.md`), service))
  put(`${folder}/Dockerfile`, dockerfile(read(`${folder}/Dockerfile`), service))
}

function read(file: string): string {
  return readFileSync(resolve(root, file), 'utf8')
}

function put(file: string, text: string): void {
  if (!isCheck) writeFileSync(resolve(root, file), text)
  else if (read(file) !== text) {
    process.stderr.write(`${file} is not as the registry and the readers have it: npm run generate\n`)
    process.exitCode = 1
  }
}
