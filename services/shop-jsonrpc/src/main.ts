import { runService } from '@polyservice-lab/service-kit'
import { loadConfig } from './config.ts'
import { createService } from './service.ts'

await runService({ name: 'shop-jsonrpc', loadConfig, createService })
