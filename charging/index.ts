export { readChargingConfig } from './src/config.ts'
export { createPaymentStore, type OpenPaymentStore } from './src/store/payment-store.ts'
export { type ChargingTables, chargingMigration } from './src/store/tables.ts'
export { createWorker, type Worker } from './src/worker.ts'
