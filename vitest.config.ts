import { defineConfig } from 'vitest/config'

const seconds = 1000
const results = process.env['TEST_RESULTS']

export default defineConfig({
  test: {
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contracts,service-kit,clients,bench,experiments,services/*,scripts}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'lab',
          include: ['tests/**/*.test.ts'],
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 30 * seconds,
          hookTimeout: 90 * seconds,
          expect: { poll: { timeout: 20 * seconds } },
        },
      },
    ],
  },
})
