export { httpStatuses } from './http-status.ts'
export { createPage, type PageParts } from './page.ts'
