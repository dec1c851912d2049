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
          include: [
            '{contracts,service-kit,shop,charging,clients,bench,experiments,services/*,scripts}/**/*.test.ts',
          ],
          // What needs no container is told first.
          sequence: { groupOrder: 0 },
          testTimeout: 30 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['tests/**/*.test.ts'],
          globalSetup: ['tests/support/global-setup.ts'],
          sequence: { groupOrder: 1 },
          // Most of a test's time goes into waiting for a container.
          maxWorkers: 2,
          testTimeout: 30 * seconds,
          hookTimeout: 90 * seconds,
          expect: { poll: { timeout: 20 * seconds } },
        },
      },
    ],
  },
})
