/** The shop in JSON, for the styles that speak it: schemas of what comes in, views of what goes out. */
export { type Checked, check, parse } from './src/json/parse.ts'
export { limitDefault, paging, scalars, selections, sortOf } from './src/json/schemas.ts'
export { viewOrder, viewProduct, viewUser, viewUserBasic } from './src/json/views.ts'
