import { defineConfig } from 'vitest/config'

const seconds = 1000

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contracts,service-kit,clients,services/*,scripts}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'lab',
          include: ['tests/**/*.test.ts'],
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 30 * seconds,
          hookTimeout: 90 * seconds,
        },
      },
    ],
  },
})
