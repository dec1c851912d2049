import { readFileSync } from 'node:fs'
import { createPage } from '@polyservice-lab/service-kit/http'
import type { Request, Response } from 'express'
import type { Config } from '../config.ts'
import russian from './page-texts.json' with { type: 'json' }

/** The page for people: sagas as they happen, dead letters, and a form that places orders. */
export function createOrchestratorPage({
  ordersPort,
}: Config): (request: Request, response: Response) => void {
  const html = readFileSync(new URL('page.html', import.meta.url), 'utf8')
  return createPage({
    html: html.replace('data-orders-port="ORDERS_PORT"', `data-orders-port="${ordersPort}"`),
    russian,
    connectsTo: [`http://*:${ordersPort}`],
  })
}
